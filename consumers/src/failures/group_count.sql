-- Counts a step. $1 decision, $2 messages decided, $3 messages that could not be sent, $4 last message looked at, $5 trouble, $6 whether it ends.
update intake.failure_run r
   set done = r.done + $2, failed = r.failed + $3, reached = greatest(r.reached, $4), trouble = coalesce($5, r.trouble),
       ended_at = case when $6 then clock_timestamp() end
 where r.id = $1
