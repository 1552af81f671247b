-- bank.md §6 no. 12. The bank knows the payee of 9999999 by name.
select pg_temp.payee('0000000501', '0001', '110', '9999999', 'ﾍﾞﾂﾀﾞﾝﾖｷﾝ', name => '別段預金', kind => '9');
select pg_temp.payee('0000000502', '0001', '110', '0000000', 'ｾﾞﾛ', name => '種目9番号ゼロ', kind => '9');
select pg_temp.payee('0000000503', '0001', '110', '9999999', 'ﾌﾂｳ', name => '普通9999999');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000501', 1001, '2026-10-15', '支払1', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000502', 1002, '2026-10-15', '支払2', 'maker', 'approved', 'approver'),
    ('2026P00000003', 2026, '01', '0201030212', '05020000', '0000000503', 1003, '2026-10-15', '支払3', 'maker', 'approved', 'approver');
