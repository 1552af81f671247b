-- The same message parked again while it is open is one failure seen twice. The same id from another sender, or with other
-- bytes, is another message: its body must not be lost. $13 is the parked message that was sent again, as its header says.
insert into intake.failure (queue, routing_key, message_id, kind, app_id, reply_to, correlation_id, headers, body, code, reason, attempts, retry_of)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
        (select o.id from intake.failure o where o.id = $13 and o.queue = $1 and o.message_id = $3))
on conflict (queue, message_id, coalesce(app_id, ''), sha256(body)) where state = 'open' do update
   set times_seen = intake.failure.times_seen + 1, last_seen = now(),
       code = excluded.code, reason = excluded.reason, attempts = excluded.attempts, headers = excluded.headers
returning id
