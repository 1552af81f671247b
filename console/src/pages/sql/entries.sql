-- Entries, newest first, each with its yen. $1 before this entry, $2 rows.
with page as (
    select e.* from ledger.entry e where ($1::bigint is null or e.id < $1) order by e.id desc limit $2
)
select e.id, e.event, r.name as rule, e.fiscal_year, e.booked_on::text as booked_on, e.fund, e.batch_id as batch, e.file_id as file, e.actor, e.reverses,
       s.postings, s.yen, o.id as order, o.no as order_no, coalesce(o.orders, 0) as orders
  from page e
  left join ledger.posting_rule r on r.event = e.event
 cross join lateral (select count(*) as postings, sum(p.amount)::bigint as yen
                       from (select p.amount from ledger.posting p where p.entry_id = e.id order by p.source_line, p.no limit 1001) p) s
  -- An approval, a cancellation or a payment that neither a batch nor a file booked is about orders: the first of them stands for all.
  left join lateral (select x.object_id as id, q.no, x.orders
                       from (select min(p.object_id) as object_id, count(distinct p.object_id) as orders
                               from (select p.object_id from ledger.posting p
                                      where p.entry_id = e.id and p.object = 'payment_order' order by p.source_line, p.no limit 1001) p) x
                       join ledger.payment_order q on q.id = x.object_id) o on e.batch_id is null and e.file_id is null
 order by e.id desc
