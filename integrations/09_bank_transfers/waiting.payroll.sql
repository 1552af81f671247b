-- No pay to transfer on the day asked for: what of it is in a file, and the nearest days that have any. A payroll without a list stops the run.
with asked as materialized (
    select ledger.date_or_null((select value from param where key = 'pay_date')) as day
)
select 'EXPORT_WAITS_IN_FILE', count(*), sum(c.amount), jsonb_build_object('file', f.id, 'state', f.state)
  from ledger.payroll_credit c
  join asked a on c.pay_date = a.day
  join export.live_claim l on l.object = 'payroll_transfer' and l.object_id = c.id
  join export.file f on f.id = l.file_id
 group by f.id, f.state
union all
select * from (
    select 'EXPORT_WAITS_OTHER_DAY', count(*), sum(c.amount), jsonb_build_object('day', c.pay_date)
      from ledger.payroll_credit c
      join asked a on c.pay_date between a.day - 60 and a.day + 180 and c.pay_date <> a.day
     where not exists (select from export.live_claim l where l.object = 'payroll_transfer' and l.object_id = c.id)
     group by c.pay_date, a.day order by abs(c.pay_date - a.day), c.pay_date limit 3) near
