insert into ledger.creditor (no, name, kana, invoice_number) values ('0000000202', '山田造園', 'ﾔﾏﾀﾞｿﾞｳｴﾝ', 'T1234567890123');
insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on) values
    ('2026F0000202', 2026, '01', '0201030212', '05020000', '0000000202', '剪定', 500000, '2026-04-01');
