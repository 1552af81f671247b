insert into ledger.commitment (no, contract_no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on) values
    ('2026F0000998', '2026KS000999', 2026, '01', '0201030212', '05020000', '0000000101', '清掃 前期', 500000, '2026-04-01'),
    ('2026F0000999', '2026KS000999', 2026, '01', '0201030212', '05020000', '0000000101', '清掃 後期', 500000, '2026-04-01');
