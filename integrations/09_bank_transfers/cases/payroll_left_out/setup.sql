insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, method, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 137832, '2026-10-15', 'transfer', '庁舎清掃委託 9月分', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201010102', '05010000', '0000009001', 312450000, '2026-10-15', 'payroll', '給与 2026-10 例月 給料', 'maker', 'approved', 'approver'),
    ('2026P00000003', 2026, '01', '0201010104', '05010000', '0000000102', 88120000, '2026-10-15', 'payroll', '給与 2026-10 例月 共済費', 'maker', 'approved', 'approver');
