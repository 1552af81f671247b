insert into ledger.commitment (no, contract_no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on) values
    ('2025F0000101', '2026KS000123', 2025, '01', '0201030212', '05020000', '0000000101', '庁舎清掃委託 令和7年度', 1654044, '2025-04-01');
