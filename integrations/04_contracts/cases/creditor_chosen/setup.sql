insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, state) values
    ('2026F0000201', 2026, '01', '0201030212', '05020000', null, '庁舎植栽管理委託', 1320000, '2026-09-01', 'draft');
