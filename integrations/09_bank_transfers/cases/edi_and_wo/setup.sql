select pg_temp.payee('0000000441', '0001', '110', '1000001', 'ﾅｦﾐ');
select pg_temp.payee('0000000442', '0001', '110', '1000001', 'ｽ.ﾐｾ');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000441', 1001, '2026-10-15', 'ヲ', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000442', 1002, '2026-10-15', '中点', 'maker', 'approved', 'approver');
