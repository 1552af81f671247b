insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000021', 2026, '01', '0201030212', '05020000', '0000000101', 99000, '2026-04-28', '四月払', 'maker', 'approved', 'approver');
select slate.sent('09_bank_transfers', '2026-04-28', '2026-04-20');
