select ledger.approve_payment_orders(array(select id from ledger.payment_order), 'takahashi-h', '2026-10-05');
