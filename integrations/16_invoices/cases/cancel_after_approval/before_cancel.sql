select ledger.approve_payment_orders(array(select id from ledger.payment_order where amount = 55000), 'kacho', '2026-10-06');
