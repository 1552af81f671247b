-- A batch that was given up takes no more.
insert into intake.chunk (batch_id, chunk, message_id, records, yen, bytes)
select $1, $2, $3, $4, $5, $6 where exists (select from intake.batch where id = $1 and state = 'received')
on conflict on constraint chunk_once do nothing
