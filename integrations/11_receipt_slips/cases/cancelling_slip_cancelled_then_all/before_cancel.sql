-- The batch of the cancelling slip is cancelled first.
create temp table if not exists batch (id bigint, business_date date) on commit drop;
insert into batch (id, business_date) values (4, '2026-10-20');
select ledger.cancel_receipt_slips(4);
select ledger.reverse_batch(4, '2026-10-20', 'kakari', '誤送');
