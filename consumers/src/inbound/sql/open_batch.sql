insert into intake.batch (
  delivery, topic, file, sha256, bytes, layout, layout_digest, archive, sender, received_at,
  chunks, records_read, yen_read, reply_to, correlation_id, shapes, origin)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::timestamptz, $11, $12, $13, $14, $15, $16, $17)
on conflict on constraint batch_delivery_once do nothing
returning id
