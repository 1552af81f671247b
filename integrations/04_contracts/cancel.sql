-- Commitments are again what they were; the notices count no more. The bond in cash is reversed with the journal.
select ledger.undo_commitments(b.id, b.business_date, b.actor) from batch b;
update ledger.contract_notice set cancelled_at = clock_timestamp() where batch_id = (select id from batch) and cancelled_at is null;
