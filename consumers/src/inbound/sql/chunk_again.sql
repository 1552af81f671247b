with known as (
  select from intake.chunk where batch_id = $1 and chunk = $2
), seen as (
  insert into intake.chunk_copy (batch_id, chunk, message_id) select $1, $2, $3 from known
)
select b.state, exists (select from known) as seen from intake.batch b where b.id = $1
