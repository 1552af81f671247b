-- Where a part of a batch of so many records ends: the place behind it; none when the batch ends before. $1 batch, $2 and $3 line and
-- place where it begins, $4 records.
select k.line, k.sub from intake.record k
 where k.batch_id = $1 and (k.line, k.sub) >= ($2, $3)
 order by k.line, k.sub, k.shape offset $4 limit 1
