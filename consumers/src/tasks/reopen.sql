-- Opens fetch tasks again that a file had ended which did not stand (refused, cancelled): nothing has come for them now. $1, $2: topic and
-- task of the instants that are open.
with again as (
  update work.task t
     set outcome = null, done_at = null, done_by = null, batch_id = null, note = ''
    from unnest($1::text[], $2::text[]) o (topic, key)
   where (t.kind, t.topic, t.key) = ('fetch', o.topic, o.key) and t.batch_id is not null
  returning t.id, t.topic, t.key
), told as (
  select a.*, audit.record('renkei', 'task.reopened', 'task', a.id::text, null,
                           jsonb_build_object('kind', 'fetch', 'topic', a.topic, 'key', a.key), null) from again a
)
select count(*) from told
