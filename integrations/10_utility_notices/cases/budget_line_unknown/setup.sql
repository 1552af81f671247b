update ledger.utility_contract set budget_line = '9999999999' where contract_no = '031000000002';
