select setval('ledger.payment_order_no', 9);
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2025P00000001', 2025, '01', '0201030212', '05020000', '0000000101', 99000, '2026-05-29', '庁舎清掃委託 3月分', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000103', 110000, '2026-05-29', 'システム保守 4月分', 'maker', 'approved', 'approver');
select slate.sent('09_bank_transfers', '2026-05-29', '2026-05-20');
-- Both came back on 1 June, by the ward's own wish.
update ledger.payment_order set state = 'returned';
insert into ledger.payment_result (order_id, file_id, outcome, before, reason, returned_on, in_deposit, account_id, batch_id, line)
select id, 1, 'returned', 'released', '11', '2026-06-01', fiscal_year = 2025, account_id, 1, id from ledger.payment_order;
select ledger.repay_order(no, '2026-06-19', 'kakari', '2026-06-09') from ledger.payment_order where state = 'returned' order by no;
select ledger.approve_payment_orders(array(select id from ledger.payment_order where repays is not null), 'kacho', '2026-06-09');
