select ledger.cancel_batch_utilities((select id from batch));
