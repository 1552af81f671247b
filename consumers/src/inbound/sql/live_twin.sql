-- Any live batch of the file counts, also one that was itself posted on purpose.
select id from intake.batch
 where topic = $1 and sha256 = $2 and id <> $3 and state in ('posted', 'held', 'awaiting_confirmation')
 order by id limit 1
