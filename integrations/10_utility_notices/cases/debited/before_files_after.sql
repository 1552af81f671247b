select ledger.approve_payment_orders(array(select id from ledger.payment_order where pay_date = '2026-10-26'), 'shonin', '2026-10-21');
select ledger.book_direct_debits(array(select id from ledger.payment_order where pay_date = '2026-10-26'), 'suito', '2026-10-26');
