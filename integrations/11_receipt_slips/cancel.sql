select ledger.cancel_receipt_slips((select id from batch));
