insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2025P00000001', 2025, '01', '0201030212', '05020000', '0000000101', 99000, '2026-05-29', '庁舎清掃委託 3月分', 'maker', 'approved', 'approver'),
    ('2025P00000002', 2025, '01', '0201030212', '05020000', '0000000103', 110000, '2026-05-29', 'システム保守 3月分', 'maker', 'approved', 'approver');
select slate.sent('09_bank_transfers', '2026-05-29', '2026-05-20');
