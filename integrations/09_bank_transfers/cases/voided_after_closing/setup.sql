insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2025P00000001', 2025, '01', '0201030212', '05020000', '0000000101', 1000, '2026-05-29', '委託料', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000102', 2000, '2026-05-29', '委託料', 'maker', 'approved', 'approver');
