update ledger.branch set valid_to = '2026-11-30', end_reason = 'merged', successor_bank = '0001', successor_branch = '110' where bank = '0001' and branch = '201';
