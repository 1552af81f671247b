update ledger.organization set valid_to = '2026-09-30' where code = '12030000';
