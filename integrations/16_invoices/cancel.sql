select ledger.cancel_batch_orders((select id from batch));
