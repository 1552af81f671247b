select ledger.cancel_batch_results(b.id, b.actor) from batch b;
