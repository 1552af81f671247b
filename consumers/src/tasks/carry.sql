-- Deliveries into the outbox, of topics $1 whose files people carry, that have no task yet: the newest of each file that still lies
-- there.
select d.id, f.id as file_id, f.topic, f.file_name as file, export.moment(d.at) as at, export.moment(f.needed_by) as needed_by
  from export.file f
  join lateral (select * from export.delivery d where d.file_id = f.id and d.kind in ('delivered', 'accepted') order by d.id desc limit 1) d
    on d.kind = 'delivered'
 where f.state = 'delivered' and f.topic = any($1::text[])
   and not exists (select from work.task t where t.kind = 'carry' and t.topic = f.topic and t.key = d.id::text)
 order by d.id
