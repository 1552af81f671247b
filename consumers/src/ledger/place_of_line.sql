-- A batch, and the message that brought a line of it: chunks hold the records in the order of the file, so the first one that reaches as
-- far as the line's first record has it. $1 batch, $2 line (null: the batch as a whole).
with ahead as (
    select count(*) as records from intake.record r where r.batch_id = $1 and r.line < $2
), reach as (
    select k.chunk, k.message_id, k.staged_at, sum(k.records) over (order by k.chunk) as records from intake.chunk k where k.batch_id = $1
), message as (
    select r.* from reach r cross join ahead a where $2 is not null and r.records > a.records order by r.chunk limit 1
)
select b.id as batch, $2::bigint as line, b.topic, b.layout, b.file, b.sha256, b.archive, b.delivery::text as delivery, m.message_id as message, m.chunk + 1 as chunk, b.chunks,
       export.moment(b.received_at) as received_at, export.moment(m.staged_at) as staged_at
  from intake.batch b left join message m on true
 where b.id = $1
