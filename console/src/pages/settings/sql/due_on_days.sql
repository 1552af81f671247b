-- Payment orders that are still to be paid, by day and state. $1 days.
select p.pay_date::text as day, p.state, count(*) as orders, sum(p.amount)::bigint as yen
  from ledger.payment_order p
 where p.pay_date = any ($1::text[]::date[]) and p.state in ('draft', 'approved', 'in_file')
 group by p.pay_date, p.state
 order by p.pay_date, case p.state when 'draft' then 1 when 'approved' then 2 else 3 end
