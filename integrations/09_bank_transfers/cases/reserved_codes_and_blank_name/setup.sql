insert into ledger.institution (bank, valid_from, name, kana, reason) values ('9900', '2018-04-01', 'ゆうちょ', 'ﾕｳﾁﾖ', 'initial');
insert into ledger.branch (bank, branch, valid_from, name, kana, reason) values ('9900', '999', '2018-04-01', '九九九', 'ｷﾕｳｷﾕｳｷﾕｳ', 'initial'), ('0001', '999', '2018-04-01', '九九九', 'ｷﾕｳｷﾕｳｷﾕｳ', 'initial');
select pg_temp.payee('0000000431', '0001', '999', '1000001', 'ﾅﾏｴ');
select pg_temp.payee('0000000432', '9999', '001', '1000001', 'ﾅﾏｴ');
select pg_temp.payee('0000000433', '9900', '999', '1000001', 'ﾅﾏｴ');
select pg_temp.payee('0000000434', '0001', '110', '1000001', '   ');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000431', 1001, '2026-10-15', '支店999', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000432', 1002, '2026-10-15', '銀行9999', 'maker', 'approved', 'approver'),
    ('2026P00000003', 2026, '01', '0201030212', '05020000', '0000000433', 1003, '2026-10-15', 'ゆうちょ', 'maker', 'approved', 'approver'),
    ('2026P00000004', 2026, '01', '0201030212', '05020000', '0000000434', 1004, '2026-10-15', '空白', 'maker', 'approved', 'approver');
