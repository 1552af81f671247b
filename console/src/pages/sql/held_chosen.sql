-- Lines by batch of the chosen findings that are still open. $1 findings.
select f.batch_id, b.topic, array_agg(distinct f.line order by f.line) as lines
  from intake.finding f
  join intake.batch b on b.id = f.batch_id
 where f.id = any($1) and f.state = 'open' and f.line is not null
 group by f.batch_id, b.topic
 order by f.batch_id
