-- For each due file ($1 topic, $2 from when a file counts for it, $3 its key): how many have come up to $4, the last of them, and
-- whether a person has settled it. What was refused, cancelled or is the same file again has not come.
with due as (
  select * from unnest($1::text[], $2::text[]::timestamptz[], $3::text[]) d (topic, since, key)
)
select d.topic, d.key, coalesce(c.count, 0) as count, c.batch, c.records,
       exists (select from work.task t
                where t.kind = 'fetch' and t.topic = d.topic and t.key = d.key and t.outcome is not null
                  and t.done_by <> 'renkei') as settled,
       coalesce((select array_agg(m.day::text order by m.day) from intake.arrival_missing m
                  where m.topic = d.topic and m.due_at < $4::text::timestamptz and export.moment(m.due_at) <> d.key
                    and not exists (select from intake.batch b
                                     where b.topic = m.topic and b.state in ('received', 'staged', 'awaiting_confirmation', 'posted', 'held')
                                       and b.received_at >= m.day::timestamp at time zone 'Asia/Tokyo'
                                       and b.received_at <= $4::text::timestamptz)
                    and not exists (select from work.task t
                                     where t.kind = 'fetch' and t.topic = m.topic and t.key = export.moment(m.due_at)
                                       and t.outcome is not null)), '{}') as missing
  from due d
  left join lateral (
       select count(*) as count, max(b.id) as batch, (array_agg(b.records_read order by b.id desc))[1] as records
         from intake.batch b
        where b.topic = d.topic and b.state in ('received', 'staged', 'awaiting_confirmation', 'posted', 'held')
          and b.received_at >= d.since and b.received_at <= $4::text::timestamptz) c on true
 order by d.topic
