-- Of each topic $1, from $2 on and up to $3: the files that have come, the oldest first (what was refused, cancelled or is the same file
-- again has not come); the first day anything was known of the topic; and which of its days a person has settled.
with due as (
  select * from unnest($1::text[], $2::text[]::timestamptz[]) d (topic, since)
)
select d.topic, c.batches, c.at_us, c.records, c.sound,
       (select min(f.day)::text
          from (select (b.received_at at time zone 'Asia/Tokyo')::date as day from intake.batch b where b.topic = d.topic and b.received_at >= d.since
                union all
                select m.day from intake.arrival_missing m where m.topic = d.topic) f) as first_day,
       coalesce((select array_agg(t.key) from work.task t
                  where t.kind = 'fetch' and t.topic = d.topic and t.outcome is not null and t.batch_id is null), '{}') as settled
  from due d
 cross join lateral (
       select coalesce(array_agg(b.id order by b.received_at, b.id), '{}') as batches,
              coalesce(array_agg((extract(epoch from b.received_at) * 1000000)::bigint order by b.received_at, b.id), '{}') as at_us,
              coalesce(array_agg(coalesce(b.records_read, 0) order by b.received_at, b.id), '{}') as records,
              coalesce(array_agg(b.state = 'posted' or b.state = 'held' and not b.held_whole order by b.received_at, b.id), '{}') as sound
         from intake.batch b
        where b.topic = d.topic and b.state in ('received', 'staged', 'awaiting_confirmation', 'posted', 'held')
          and b.received_at >= d.since and b.received_at <= $3::text::timestamptz) c
 order by d.topic
