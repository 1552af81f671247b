-- What of a topic waits for a person: held lines, since when, and deliveries to be confirmed.
select topic,
       coalesce(sum(records_held) filter (where state = 'held'), 0)::bigint,
       coalesce(extract(epoch from clock_timestamp() - min(coalesce(staged_at, created_at)) filter (where state = 'held')), 0)::bigint,
       count(*) filter (where state = 'awaiting_confirmation')
  from intake.batch
 where state in ('held', 'awaiting_confirmation')
 group by topic
