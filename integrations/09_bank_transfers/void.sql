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

-- Books that are closed (31 May) take nothing back: what the bank did not process is money in the account all the same. From today on it is held as
-- 歳入歳出外現金, its order has come back, and it is paid once more (再振込) as after any 組戻. Of a payroll the credits come back and no order.
create temp table late on commit drop as
select p.*
  from ledger.payment_order p
  join export.claim c on c.object = 'payment_order' and c.object_id = p.id and c.file_id = (select file_id from run)
 where exists (select from standing s join ledger.posting g on g.entry_id = s.entry_id and g.object = 'payment_order' and g.object_id = p.id);

insert into ledger.payment_result (order_id, file_id, outcome, before, reason, returned_on, in_deposit, account_id)
select l.id, r.file_id, 'returned', l.state, '90', r.today, true, l.account_id from late l cross join run r where l.method <> 'payroll' order by l.id;

update ledger.payment_order p set state = 'returned', settled_on = (select today from run) from late l where p.id = l.id and l.method <> 'payroll';

-- The orders of a payroll were booked whole in the closed year and stay so; where another file has left with them, too.
update ledger.payment_order p set state = 'paid', settled_on = p.paid_on from late l where p.id = l.id and l.method = 'payroll' and p.state = 'released';

create temp table late_credit on commit drop as
select t.*
  from ledger.payroll_transfer t
  join export.claim c on c.object = 'payroll_transfer' and c.object_id = t.id and c.file_id = (select file_id from run)
 where exists (select from standing);

insert into ledger.payroll_result (transfer_id, file_id, outcome, reason, returned_on, fund)
select l.id, r.file_id, 'returned', '90', r.today, coalesce(l.held_in, ledger.payroll_fund(l.run_id)) from late_credit l cross join run r order by l.id;

insert into audit.event (actor, action, object, object_id, before, after)
select r.ordered_by, 'payment_order.returned', 'payment_order', l.no, jsonb_build_object('state', l.state),
       jsonb_build_object('state', 'returned', 'reason', '90', 'amount', l.amount, 'returned_on', r.today, 'account_marked', false)
  from late l cross join run r where l.method <> 'payroll' order by l.id;
insert into audit.event (actor, action, object, object_id, after)
select r.ordered_by, 'payroll_transfer.returned', 'payroll_transfer', l.id::text,
       jsonb_build_object('result', x.id, 'reason', '90', 'amount', l.amount, 'returned_on', r.today)
  from late_credit l join ledger.payroll_result x on x.transfer_id = l.id and x.file_id = (select file_id from run) cross join run r order by l.id;

insert into journal (event, fiscal_year, booked_on, fund, organization, amount, memo, object, object_id)
select 'RETURN_TO_DEPOSIT', ledger.fiscal_year(r.today), r.today, l.fund, l.organization, l.amount, concat(n.name, ' ', l.memo), 'payment_order', l.id
  from late l cross join run r cross join ledger.return_reason n where n.code = '90' and l.method <> 'payroll' order by l.id;
insert into journal (event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
select w.event, w.fiscal_year, w.booked_on, w.fund, -w.amount, w.memo, w.object, w.object_id
  from late l cross join run r cross join lateral ledger.staff_deductions(array[l.id], r.today) w
 where l.method <> 'payroll' and l.deducted > 0 order by l.id, w.object_id, w.event;
insert into journal (event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
select 'RETURN_TO_DEPOSIT', ledger.fiscal_year(r.today), r.today, x.fund, l.amount, concat_ws(' ', n.name, '給与返戻' || x.id, p.pay_month), 'payroll_transfer', l.id
  from late_credit l
  join ledger.payroll_result x on x.transfer_id = l.id and x.file_id = (select file_id from run)
  join ledger.payroll_run p on p.id = l.run_id
 cross join run r cross join ledger.return_reason n where n.code = '90' order by l.id;

select ledger.post_journal();

delete from pg_temp.standing;

update ledger.payment_order p set state = 'approved', account_id = null, paid_on = null
  from export.claim c
 where c.file_id = (select file_id from run) and c.object = 'payment_order' and p.id = c.object_id and p.state in ('in_file', 'released', 'paid')
   and not exists (select from late l where l.id = p.id);

update ledger.payroll_transfer t set written_on = null
  from export.claim c
 where c.file_id = (select file_id from run) and c.object = 'payroll_transfer' and t.id = c.object_id and not exists (select from late_credit l where l.id = t.id);

delete from ledger.transfer_file where file_id = (select file_id from run);
