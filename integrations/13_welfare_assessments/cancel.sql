select ledger.cancel_assessments((select id from batch));
