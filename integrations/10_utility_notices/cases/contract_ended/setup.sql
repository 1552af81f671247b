update ledger.utility_contract set valid_to = '2026-09-30' where contract_no = '031000000002';
