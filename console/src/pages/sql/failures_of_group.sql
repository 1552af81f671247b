-- Messages of one cause: open ones, oldest first, then decided ones, newest first. $1 queue, $2 code, $3 rows of each.
with member as (
    (select f.id from intake.failure f where f.state = 'open' and f.queue = $1 and f.code = $2 order by f.id limit $3)
    union all
    (select f.id from intake.failure f where f.state <> 'open' and f.queue = $1 and f.code = $2 order by f.id desc limit $3)
)
select f.id, f.queue, f.routing_key, f.message_id, f.kind, f.app_id, f.reply_to, f.correlation_id, f.headers, length(f.body) as body_bytes,
       f.code, f.reason, f.attempts,
       to_char(f.first_seen at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as first_seen,
       to_char(f.last_seen at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as last_seen,
       f.times_seen, f.state, f.decided_by, f.decision
  from member m
  join intake.failure f on f.id = m.id
 order by f.state <> 'open', case when f.state = 'open' then f.id end, f.id desc
