-- What became of the messages a decision sent again: parked once more, or done with. $1 decision.
select count(*) filter (where n.id is null and f.handled_at is not null) as handled,
       count(n.id) as came_back, max(n.id) as newest
  from intake.failure f
  left join lateral (select max(n.id) as id from intake.failure n where n.retry_of = f.id) n on true
 where f.run_id = $1
