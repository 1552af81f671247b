insert into ledger.institution (bank, valid_from, name, kana, reason) values ('9876', '2018-04-01', '長い名の銀行', 'ﾅｶﾞｲﾅﾏｴﾉｷﾞﾝｺｳﾃﾞｽ', 'initial'), ('9877', '2018-04-01', '点の銀行', 'A.B. BANK', 'initial');
insert into ledger.branch (bank, branch, valid_from, name, kana, reason) values ('9876', '001', '2018-04-01', '本店', 'ﾎﾝﾃﾝ', 'initial'), ('9877', '001', '2018-04-01', '岡', 'ｵｦｶ', 'initial');
select pg_temp.payee('0000000421', '9876', '001', '1000021', 'ｺｳ', name => '甲');
select pg_temp.payee('0000000422', '9877', '001', '1000022', 'ｵﾂ', name => '乙', kind => '2');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000421', 1000, '2026-10-15', '甲', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000422', 2000, '2026-10-15', '乙', 'maker', 'approved', 'approver');
