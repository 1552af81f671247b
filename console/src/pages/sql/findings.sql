-- What the checks say of a batch: about the whole file, then line by line behind a place; what they said once more, once. In two halves, so that each comes in the order
-- of an index. $1 batch, $2 behind this line, $3 behind this finding of it, $4 rows.
(select f.id, f.line, f.verdict, f.code, f.field, f.detail, f.state, f.resolved_by, f.resolution
   from intake.finding f
  where f.batch_id = $1 and f.line is null and $2 < 0 and f.id > $3 and not exists (select from intake.finding n where n.renews = f.id)
  order by f.id limit $4)
union all
(select f.id, f.line, f.verdict, f.code, f.field, f.detail, f.state, f.resolved_by, f.resolution
   from intake.finding f
  where f.batch_id = $1 and f.line >= greatest($2, 0) and (f.line, f.id) > ($2, $3)
    and not exists (select from intake.finding n where n.renews = f.id)
  order by f.line, f.id limit $4)
