select pg_temp.orders();
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000009', 2026, '01', '0201030212', '05020000', '0000000101', 777, '2026-09-30', '先月分', 'maker', 'approved', 'approver');
