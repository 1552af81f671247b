update ledger.branch set valid_to = '2026-09-30', end_reason = 'closed' where (bank, branch) = ('0001', '201');
