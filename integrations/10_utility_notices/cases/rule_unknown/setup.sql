update ledger.contract_number_rule set valid_to = '2026-10-25' where collector = '1000000011';
