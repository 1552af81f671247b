select pg_temp.payee('0000000411', '0001', '302', '1000011', 'ｾﾞﾝｼﾞﾂ', name => '前日');
select pg_temp.payee('0000000412', '0001', '303', '1000012', 'ﾄｳｼﾞﾂ', name => '当日');
insert into ledger.branch (bank, branch, valid_from, valid_to, name, kana, reason, end_reason, successor_bank, successor_branch) values
    ('0001', '302', '2018-04-01', '2026-10-14', '狛江', 'ｺﾏｴ', 'initial', 'merged', '0001', '201'),
    ('0001', '303', '2018-04-01', '2026-10-15', '喜多見', 'ｷﾀﾐ', 'initial', 'merged', '0001', '201');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000411', 1000, '2026-10-15', '前日終了', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000412', 2000, '2026-10-15', '当日終了', 'maker', 'approved', 'approver');
