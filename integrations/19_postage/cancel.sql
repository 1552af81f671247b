select ledger.cancel_batch_postage((select id from batch));
