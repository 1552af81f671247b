insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 137832, '2026-10-15', '委託料', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000102', 2000000, '2026-10-15', '委託料', 'maker', 'approved', 'approver'),
    ('2026P00000003', 2026, '01', '0201030212', '05020000', '0000000103', 1, '2026-10-15', '委託料', 'maker', 'approved', 'approver'),
    ('2026P00000004', 2026, '01', '0201030212', '05020000', '0000000101', 99000, '2026-10-15', '委託料', 'maker', 'approved', 'approver'),
    ('2026P00000005', 2026, '01', '0201030212', '05020000', '0000000102', 55000, '2026-10-15', '委託料', 'maker', 'approved', 'approver');
