-- The topic of what a command names, and how a file is released. $1 batch, file, failure or task; $2 its number, $3 a delivery's id.
select b.topic, '' as policy from intake.batch b where $1 = 'batch' and (b.id = $2 or b.delivery = $3)
 union all
select f.topic, f.release_policy from export.file f where $1 = 'file' and f.id = $2
 union all
select regexp_replace(x.queue, '^(in|out)[.]', ''), '' from intake.failure x where $1 = 'failure' and x.id = $2
 union all
select t.topic, '' from work.task t where $1 = 'task' and t.id = $2
 limit 1
