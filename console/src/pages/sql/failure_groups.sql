-- Open messages by cause, the newest trouble first. Counted in an index; what the newest says is read for each cause. $1 queues one may
-- see (null: all), $2 queues asked for (null: all).
select g.queue, g.code, f.reason, g.messages, g.newest, n.owner, n.note,
       to_char(g.first_seen at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as first_seen,
       to_char(g.last_seen at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as last_seen
  from (select f.queue, f.code, count(*) as messages, max(f.id) as newest, min(f.first_seen) as first_seen, max(f.last_seen) as last_seen
          from intake.failure f
         where f.state = 'open' and ($1::text[] is null or f.queue = any($1)) and ($2::text[] is null or f.queue = any($2))
         group by f.queue, f.code) g
  join intake.failure f on f.id = g.newest
  left join lateral (select n.owner, n.note from intake.failure_note n where n.queue = g.queue and n.code = g.code order by n.id desc limit 1) n on true
 order by g.last_seen desc
 limit 200
