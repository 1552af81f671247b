-- Where a decision about many messages stands, locked; none when it has ended. $1 decision.
select r.queue, r.code, r.action, r.upto, r.wanted - r.done - r.failed as left, r.reached, r.reason, r.by
  from intake.failure_run r
 where r.id = $1 and r.ended_at is null
   for update
