-- Begins a decision about open messages of one cause; none when there is nothing open, the form came before, or another is under way.
-- $1 key, $2 queue, $3 code, $4 action, $5 newest message seen, $6 messages at most, $7 reason, $8 who.
insert into intake.failure_run (key, queue, code, action, upto, wanted, reason, by)
select $1, $2, $3, $4, $5, least($6, open.messages), $7, $8
  from (select count(*) as messages from intake.failure f where f.state = 'open' and f.queue = $2 and f.code = $3 and f.id <= $5) open
 where open.messages > 0
on conflict do nothing
returning id
