select ledger.cancel_staff((select id from batch));
