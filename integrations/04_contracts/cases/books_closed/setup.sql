insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, state) values
    ('2025F0000204', 2025, '01', '0201030212', '05020000', null, '前年度', 1320000, '2026-02-01', 'draft');
