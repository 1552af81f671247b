-- Nothing to transfer: what of the day asked for is not approved, paid in another way or in a file; and the nearest days that have any.
with asked as materialized (
    select ledger.date_or_null((select value from param where key = 'pay_date')) as day
), of_day as materialized (
    select p.id, p.state, p.method, p.amount - p.deducted as yen, c.file_id
      from ledger.payment_order p
      join asked a on p.pay_date = a.day
      left join export.live_claim c on c.object = 'payment_order' and c.object_id = p.id
)
select 'EXPORT_WAITS_DECISION', count(*), sum(d.yen), null::jsonb from of_day d where d.state = 'draft' and d.method = 'transfer' having count(*) > 0
union all
select 'EXPORT_WAITS_OTHER_METHOD', count(*), sum(d.yen), jsonb_build_object('method', d.method)
  from of_day d where d.state = 'approved' and d.method <> 'transfer' group by d.method
union all
select 'EXPORT_WAITS_IN_FILE', count(*), sum(d.yen), jsonb_build_object('file', f.id, 'state', f.state)
  from of_day d join export.file f on f.id = d.file_id where d.method = 'transfer' group by f.id, f.state
union all
select * from (
    select case when p.pay_date < r.business_date then 'EXPORT_WAITS_DECISION_DAY_PASSED' else 'EXPORT_WAITS_DECISION_OTHER_DAY' end, count(*), sum(p.amount - p.deducted), jsonb_build_object('day', p.pay_date)
      from ledger.payment_order p
      join asked a on p.pay_date between a.day - 60 and a.day + 180 and p.pay_date <> a.day
     cross join run r
     where p.state = 'draft' and p.method = 'transfer'
     group by p.pay_date, a.day, r.business_date order by abs(p.pay_date - a.day), p.pay_date limit 3) undecided
union all
select * from (
    select case when p.pay_date < r.business_date then 'EXPORT_WAITS_DAY_PASSED' else 'EXPORT_WAITS_OTHER_DAY' end, count(*), sum(p.amount - p.deducted), jsonb_build_object('day', p.pay_date)
      from ledger.payment_order p
      -- Found by the index of the pay date: no order waits for longer.
      join asked a on p.pay_date between a.day - 60 and a.day + 180 and p.pay_date <> a.day
     cross join run r
     where p.state = 'approved' and p.method = 'transfer'
       and not exists (select from export.live_claim c where c.object = 'payment_order' and c.object_id = p.id)
     group by p.pay_date, a.day, r.business_date order by abs(p.pay_date - a.day), p.pay_date limit 3) near
