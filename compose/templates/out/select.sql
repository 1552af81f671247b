-- Ledger → outgoing_<kind>, claim and, if something cannot go, refusal. docs/INTEGRATIONS.md
--
-- What this template selects: entries of 収入未整理 booked up to the run's business date that are in no live file of this topic
-- yet. A reversed entry and its reversal are both left out.

create temp table outgoing_item on commit drop as
select row_number() over (order by e.booked_on, e.id) as seq, 1 as grp,
       e.id as entry_no, e.booked_on, sum(l.credit)::bigint as amount, min(l.memo) as memo
  from ledger.entry e
  join ledger.line l on l.entry_id = e.id
 where e.event = 'UNALLOCATED'
   and e.booked_on <= (select business_date from run)
   and e.reverses is null
   and not exists (select 1 from ledger.entry r where r.reverses = e.id)
   and not exists (select 1 from export.live_claim c, run
                    where c.topic = run.topic and c.object = 'entry' and c.object_id = e.id)
 group by e.id;

create temp table claim on commit drop as
select seq, 'entry' as object, entry_no as object_id, amount as yen from outgoing_item;
