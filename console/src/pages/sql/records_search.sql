-- Records of a part of a batch with a value that holds a text. The text of a whole row tells quickly which records cannot have it; in such
-- a text quotes and backslashes stand twice. $1 batch, $2 and $3 line and place where the part begins, $4 and $5 where it ends (null: with
-- the batch), $6 text, $7 records.
select r.line, r.sub, r.grp, r.kind, r.byte_offset, r.byte_length, r.yen, r.fields
  from intake.record_fields r
 where r.batch_id = $1
   and (r.line, r.sub) in (
       select k.line, k.sub from intake.record k
        where k.batch_id = $1 and (k.line, k.sub) >= ($2, $3) and ($4::bigint is null or (k.line, k.sub) < ($4, $5))
          and position(replace(replace(lower($6), '\', '\\'), '"', '""') in lower(k::text)) > 0)
   and exists (select from jsonb_each_text(r.fields) f where position(lower($6) in lower(f.value)) > 0)
 order by r.line, r.sub, r.kind
 limit $7
