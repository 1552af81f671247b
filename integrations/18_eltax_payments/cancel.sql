-- Clearings are taken back by 取消 events; 速報 that this file had ended are open again; the slips go back to what is still true.
select ledger.cancel_receipts((select id from batch));

update ledger.payment_notice o
   set closed_by = null
  from ledger.payment_notice n
 where n.batch_id = (select id from batch) and o.closed_by = n.id and o.batch_id <> n.batch_id;
update ledger.payment_notice set cancelled_at = clock_timestamp() where batch_id = (select id from batch) and cancelled_at is null;
update ledger.payment_file set cancelled_at = clock_timestamp() where batch_id = (select id from batch) and cancelled_at is null;

select ledger.settle_slips(array(
    select distinct n.slip_id from ledger.payment_notice n where n.batch_id = (select id from batch) and n.slip_id is not null));
select ledger.refresh_void_slips((select id from batch));
