-- Notices open tasks whose time is over at $1, each once; gives them.
with late as (
  update work.task set late_at = $1::text::timestamptz
   where outcome is null and late_at is null and due_at < $1::text::timestamptz
  returning id, kind, topic, key, due_at
), told as (
  select l.*, audit.record('renkei', 'task.late', 'task', l.id::text, null,
                           jsonb_build_object('kind', l.kind, 'topic', l.topic, 'key', l.key, 'due_at', export.moment(l.due_at)), null)
    from late l
)
select id, kind, topic, export.moment(due_at) as due_at from told order by id
