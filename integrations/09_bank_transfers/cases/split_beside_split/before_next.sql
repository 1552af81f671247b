-- Four more of the day: two files.
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000006', 2026, '01', '0201030212', '05020000', '0000000101', 137900, '2026-10-15', '委託料', 'maker', 'approved', 'approver'),
    ('2026P00000007', 2026, '01', '0201030212', '05020000', '0000000102', 1900000, '2026-10-15', '委託料', 'maker', 'approved', 'approver'),
    ('2026P00000008', 2026, '01', '0201030212', '05020000', '0000000103', 2, '2026-10-15', '委託料', 'maker', 'approved', 'approver'),
    ('2026P00000009', 2026, '01', '0201030212', '05020000', '0000000101', 98000, '2026-10-15', '委託料', 'maker', 'approved', 'approver');
