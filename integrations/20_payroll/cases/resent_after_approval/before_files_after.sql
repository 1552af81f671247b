-- 決裁 by a second person.
select ledger.approve_payment_orders(array(select id from ledger.payment_order order by id), 'kacho', '2026-10-13');
