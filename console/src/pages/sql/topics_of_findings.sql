-- Topics of findings. $1 findings.
select distinct b.topic from intake.finding f join intake.batch b on b.id = f.batch_id where f.id = any($1) order by b.topic
