insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, method, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030210', '05020000', '0000000191', 184320, '2026-10-15', 'direct_debit', '公共料金 電気', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000101', 2000, '2026-10-15', 'transfer', '通常', 'maker', 'approved', 'approver');
