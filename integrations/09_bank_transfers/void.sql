-- The file is taken back: what its release had booked is reversed by the consumer (ledger.reverse_file); the orders are approved again and may go into another file.

-- A bank that has answered has processed it.
do $$
declare
    answered record;
begin
    select min(p.no) as no, count(*) as count into answered
      from export.claim c
      join ledger.payment_result r on r.order_id = c.object_id and r.file_id = c.file_id and r.cancelled_at is null
      join ledger.payment_order p on p.id = c.object_id
     where c.file_id = (select file_id from run) and c.object = 'payment_order';
    if answered.count > 0 then
        raise exception 'TRANSFER_FILE_ANSWERED'
            using errcode = 'RK011', detail = json_build_object('order', answered.no, 'count', answered.count);
    end if;
    -- Of a payroll file the bank answers for credits; their orders stand for them.
    select min(p.no) as no, count(distinct r.id) as count into answered
      from ledger.payroll_result r
      join ledger.payroll_transfer t on t.id = r.transfer_id
     cross join lateral ledger.payroll_orders(t.run_id) o
      join ledger.payment_order p on p.id = o.order_id
     where r.file_id = (select file_id from run) and r.cancelled_at is null;
    if answered.count > 0 then
        raise exception 'TRANSFER_FILE_ANSWERED'
            using errcode = 'RK011', detail = json_build_object('order', answered.no, 'count', answered.count);
    end if;
end $$;

update ledger.payment_order p set state = 'approved', account_id = null, paid_on = null
  from export.claim c
 where c.file_id = (select file_id from run) and c.object = 'payment_order' and p.id = c.object_id and p.state in ('in_file', 'released', 'paid');

delete from ledger.transfer_file where file_id = (select file_id from run);
