select ledger.approve_payment_orders(array(select id from ledger.payment_order where organization = '15020000'), 'shonin', '2026-10-06');
