update intake.batch
   set state = $2,
       records_staged = $3, yen_staged = $4,
       records_posted = $5, yen_posted = $6,
       records_held = $7, yen_held = $8,
       records_skipped = $9, yen_skipped = $10,
       records_rejected = $11, yen_rejected = $12,
       held_whole = $13,
       business_date = coalesce($14::date, business_date),
       posted_at = case when $14::date is not null then now() else posted_at end,
       reason = coalesce($15, reason),
       duplicate_of = coalesce($16, duplicate_of),
       preview = coalesce($17, preview),
       decided_by = coalesce($18, decided_by),
       decided_at = case when $18::text is not null then now() else decided_at end,
       faults_total = faults_total + $19
 where id = $1
