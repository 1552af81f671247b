-- Entries, newest first, each with its yen. $1 before this entry, $2 rows.
with page as (
    select e.* from ledger.entry e where ($1::bigint is null or e.id < $1) order by e.id desc limit $2
)
select e.id, e.event, r.name as rule, e.fiscal_year, e.booked_on::text as booked_on, e.fund, e.batch_id as batch, e.file_id as file, e.actor, e.reverses,
       s.postings, s.yen
  from page e
  left join ledger.posting_rule r on r.event = e.event
 cross join lateral (select count(*) as postings, sum(p.amount)::bigint as yen
                       from (select p.amount from ledger.posting p where p.entry_id = e.id order by p.source_line, p.no limit 1001) p) s
 order by e.id desc
