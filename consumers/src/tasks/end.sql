-- Ends open tasks by what is known; gives those that ended. $1, $2, $3: topic, task and batch of the files that came and stand.
with accepted as ( -- the partner accepted the file
  select distinct on (t.id) t.id, 'done' as outcome, d.at, d.actor, d.place as note
    from work.task t join export.delivery d on d.file_id = t.file_id and d.kind = 'accepted' and d.id > t.key::bigint
   where t.kind = 'carry' and t.outcome is null
   order by t.id, d.id
), gone as ( -- the file was taken back, or this delivery was found not to have arrived: the next one is a task of its own
  select t.id, 'not_needed' as outcome, coalesce(d.at, f.voided_at) as at, coalesce(d.actor, f.voided_by) as actor,
         case when d.id is not null then coalesce(nullif(btrim(f.resolution), ''), 'not arrived') else f.void_reason end as note
    from work.task t
    join export.file f on f.id = t.file_id
    left join lateral (select * from export.delivery d where d.file_id = f.id and d.kind = 'cleared' and d.id > t.key::bigint
                        order by d.id limit 1) d on true
   where t.kind = 'carry' and t.outcome is null and (f.state = 'void' or d.id is not null)
), come as ( -- the file came and was posted
  select t.id, 'done' as outcome, b.received_at as at, 'renkei' as actor,
         'batch ' || b.id || ' · ' || b.sender || ' · ' || b.records_read || ' records' as note, b.id as batch_id
    from unnest($1::text[], $2::text[], $3::bigint[]) c (topic, key, batch)
    join work.task t on (t.kind, t.topic, t.key) = ('fetch', c.topic, c.key) and t.outcome is null
    join intake.batch b on b.id = c.batch
), ordered as ( -- somebody ordered the run, and it was made
  select distinct on (t.id) t.id, 'done' as outcome, f.ordered_at as at, f.made_by as actor, 'file ' || f.id as note
    from work.task t join export.file f on f.run = t.run and f.state not in ('ordered', 'failed', 'refused')
   where t.kind = 'missed_run' and t.outcome is null
   order by t.id, f.id
), ended as (
  update work.task t
     set outcome = e.outcome, batch_id = e.batch_id, done_at = e.at, done_by = coalesce(nullif(btrim(e.actor), ''), 'renkei'), note = coalesce(e.note, '')
    from (select distinct on (id) * from (select *, null::bigint as batch_id from gone union all select *, null from accepted
                                          union all select * from come union all select *, null from ordered) e order by id) e
   where t.id = e.id and t.outcome is null
  returning t.id, t.kind, t.topic, t.outcome, t.done_by, t.note
), told as (
  select e.*, audit.record(e.done_by, 'task.' || e.outcome, 'task', e.id::text, null,
                           jsonb_build_object('kind', e.kind, 'topic', e.topic), nullif(e.note, '')) from ended e
)
select count(*) from told
