update ledger.tender set national_no = '0000000000001234567' where no = '2026-2-000456';
