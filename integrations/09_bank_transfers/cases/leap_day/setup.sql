update ledger.calendar_horizon set through = '2028-12-31';
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2027P00000001', 2027, '01', '0201030212', '05020000', '0000000101', 1000, '2028-02-29', '委託料', 'maker', 'approved', 'approver');
