-- Lines of a batch that wait. $1 batch, $2 rows.
select distinct f.line
  from intake.finding f
 where f.batch_id = $1 and f.state = 'open' and f.verdict = 'hold' and f.line is not null
 order by f.line
 limit $2
