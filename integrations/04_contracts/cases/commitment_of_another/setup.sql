insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, state) values
    ('2026F0000203', 2026, '01', '0201030212', '05020000', null, '取消済', 1320000, '2026-09-01', 'cancelled'),
    ('2025F0000204', 2025, '01', '0201030212', '05020000', null, '前年度', 1320000, '2026-03-01', 'draft');
