-- Open holds by kind and topic. $1 topics one may see (null: all).
select f.code, b.topic, count(*) as lines, count(distinct f.batch_id) as batches,
       to_char(min(f.created_at) at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as oldest
  from intake.finding f
  join intake.batch b on b.id = f.batch_id
 where f.state = 'open' and f.verdict = 'hold' and b.state = 'held' and ($1::text[] is null or b.topic = any($1))
 group by f.code, b.topic
 order by count(*) desc, f.code
