-- Open holds by kind and topic, batch by batch out of an index. $1 topics one may see (null: all).
with held as (
    select b.id, b.topic from intake.batch b where b.state = 'held' and ($1::text[] is null or b.topic = any($1))
), counted as (
    select h.topic, f.code, f.batch_id, count(*) as lines, min(f.created_at) as oldest
      from held h
      join intake.finding f on f.batch_id = h.id
     where f.state = 'open' and f.verdict = 'hold'
     group by h.topic, f.code, f.batch_id
)
select c.code, c.topic, sum(c.lines)::bigint as lines, count(*) as batches,
       to_char(min(c.oldest) at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as oldest
  from counted c
 group by c.code, c.topic
 order by sum(c.lines) desc, c.code
