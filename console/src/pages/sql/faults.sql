-- The first faults of a refused file. $1 batch, $2 rows.
select f.seq, f.code, f.severity, f.line, f.col, f.byte, f.length, f.field, f.field_name, f.value, f.args
  from intake.fault f
 where f.batch_id = $1
 order by f.seq
 limit $2
