insert into ledger.creditor (no, name, kana) values ('0000000201', '髙砂〜造園', 'ﾀｶｻｺﾞｿﾞｳｴﾝ');
insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on) values
    ('2026F0000201', 2026, '01', '0201030212', '05020000', '0000000201', '植栽管理', 500000, '2026-04-01');
