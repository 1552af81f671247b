insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on) values
    ('2025F0000901', 2025, '01', '0201030212', '05020000', '0000000101', '庁舎清掃委託（前年度）', 500000, '2025-04-01');
