update ledger.utility_contract set budget_line = '2105010101' where contract_no = '031000000002';
