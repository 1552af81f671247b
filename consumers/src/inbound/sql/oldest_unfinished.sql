select topic, extract(epoch from now() - min(created_at))::bigint
  from intake.batch where state in ('received', 'staged') group by topic
