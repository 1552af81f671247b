insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2027P00000011', 2027, '01', '0201030212', '05020000', '0000000101', 99000, '2028-02-29', '閏日払', 'maker', 'approved', 'approver');
select slate.sent('09_bank_transfers', '2028-02-29', '2028-02-21');
