update ledger.tender set national_no = '0000000000001234567', opens_at = '2026-09-24 10:00+09' where no = '2026-2-000456';
