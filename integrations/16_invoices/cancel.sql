update ledger.payment_order set state = 'cancelled' where batch_id = (select id from batch);
update ledger.invoice set cancelled_at = clock_timestamp() where batch_id = (select id from batch);
