-- Nothing to tell of the month asked for: what the last files carry, and what was paid since.
with carried as (
    select f.id, f.state, count(*) as items, sum(c.yen) as yen
      from export.file f
      join run r on r.topic = f.topic
      join export.claim c on c.file_id = f.id and c.live
     where f.id in (select x.id from export.file x join run y on y.topic = x.topic where x.sha256 is not null and x.state <> 'void' order by x.id desc limit 3)
     group by f.id, f.state
)
select 'EXPORT_WAITS_IN_FILE', c.items, c.yen, jsonb_build_object('file', c.id, 'state', c.state) from carried c
union all
select 'EXPORT_WAITS_OTHER_DAY', count(*), sum(h.net), jsonb_build_object('day', to_char(h.happened_on, 'YYYY-MM'))
  from ledger.staff_payment_history h
 where h.noted_by is null
   and not exists (select from export.live_claim c where c.object = 'staff_payment_event' and c.object_id = h.id)
 group by to_char(h.happened_on, 'YYYY-MM')
