select id, queue, routing_key, message_id, kind, app_id, reply_to, correlation_id, headers, length(body) as body_bytes,
       code, reason, attempts,
       to_char(first_seen at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as first_seen,
       to_char(last_seen at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as last_seen,
       times_seen, state, decided_by, decision
  from intake.failure
