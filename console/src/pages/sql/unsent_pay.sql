-- Pay that no file carries, by day and payroll. $1 the first day that is looked at. Without a list of persons it is the net pay of its run.
with credit as materialized (
    select c.run_id, c.pay_date, count(*) as credits, sum(c.amount)::bigint as yen
      from ledger.payroll_credit c
     where c.pay_date >= $1::text::date
       and not exists (select from export.live_claim l where l.object = 'payroll_transfer' and l.object_id = c.id)
     group by c.run_id, c.pay_date
)
select d.day::text as day, r.pay_month as month, r.pay_kind as kind, ledger.payroll_kind_name(r.pay_kind) as kind_name,
       coalesce(c.credits, 0) as credits, coalesce(c.yen, n.amount) as yen
  from ledger.payroll_run_in_force r
 cross join lateral (select r.pay_date union select c.pay_date from credit c where c.run_id = r.id) d (day)
  left join credit c on c.run_id = r.id and c.pay_date = d.day
  left join ledger.payroll_net n on n.run_id = r.id and n.method = '1'
 where d.day >= $1::text::date
   and (c.run_id is not null
        or d.day = r.pay_date and n.amount > 0 and not exists (select from ledger.payroll_transfer t where t.run_id = r.id and t.superseded_by is null))
 order by d.day, r.pay_month, r.pay_kind
 limit 200
