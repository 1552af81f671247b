update ledger.tender set state = 'approved' where no = '2026-2-000456';
