-- Messages somebody has decided, newest first. $1 queues one may see (null: all), $2 queues asked for (null: all), $3 before this
-- id, $4 rows.
select f.id, f.queue, f.routing_key, f.message_id, f.kind, f.app_id, f.reply_to, f.correlation_id, f.headers, length(f.body) as body_bytes,
       f.code, f.reason, f.attempts,
       to_char(f.first_seen at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as first_seen,
       to_char(f.last_seen at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as last_seen,
       f.times_seen, f.state, f.decided_by, f.decision
  from intake.failure f
 where f.state <> 'open' and ($1::text[] is null or f.queue = any($1)) and ($2::text[] is null or f.queue = any($2))
   and ($3::bigint is null or f.id < $3)
 order by f.id desc limit $4
