-- Whoever brings the counter to the number of chunks decides the batch.
update intake.batch
   set chunks_staged = chunks_staged + 1,
       records_published = records_published + $2,
       yen_published = yen_published + $3,
       state = case when chunks_staged + 1 = chunks then 'staged' else state end,
       staged_at = case when chunks_staged + 1 = chunks then now() else staged_at end
 where id = $1 and state = 'received'
returning state = 'staged'
