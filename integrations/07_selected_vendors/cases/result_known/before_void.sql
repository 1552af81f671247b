update ledger.tender set state = 'pending' where no = '2026-2-000500';
