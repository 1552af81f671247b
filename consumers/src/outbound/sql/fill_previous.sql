-- The files of the last order that left before file $1 and is of its kind: $2 names the parameters that divide orders into kinds.
insert into pg_temp.previous
select p.id
  from export.last_that_left($1, $2) l
  join export.file f on f.id = $1
  join export.file p on p.run = l.run and p.state in ('released', 'delivered', 'unknown') and p.released_at < coalesce(f.released_at, 'infinity')
returning file_id
