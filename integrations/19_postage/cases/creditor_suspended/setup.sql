update ledger.creditor set suspended_from = '2026-10-01' where no = '0000000192';
