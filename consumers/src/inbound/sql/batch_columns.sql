id, delivery, topic, file, sha256, bytes, layout, layout_digest, archive, sender, origin,
to_char(received_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as received_at,
state, chunks, chunks_staged,
records_read, yen_read, records_published, yen_published, records_staged, yen_staged,
records_posted, yen_posted, records_held, yen_held, records_skipped, yen_skipped, records_rejected, yen_rejected,
faults_total, business_date::text as business_date,
to_char(posted_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as posted_at,
to_char(decided_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as decided_at,
decided_by, reason, duplicate_of, duplicate_reason, preview, held_whole, reply_to, correlation_id, shapes
