update ledger.tender set evaluation = 'overall' where no = '2026-2-000456';
