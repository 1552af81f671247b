-- Records of a batch. $1 batch, $2 from this line on, $3 part of a value (null: all), $4 rows.
select r.line, r.sub, r.grp, r.kind, r.byte_offset, r.byte_length, r.yen, r.fields
  from intake.record_fields r
 where r.batch_id = $1 and r.line >= $2
   and ($3::text is null or exists (select from jsonb_each_text(r.fields) f where position(lower($3) in lower(f.value)) > 0))
 order by r.line, r.sub, r.kind
 limit $4
