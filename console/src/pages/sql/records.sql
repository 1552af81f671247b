-- Records of a batch in the order of its file, whole places of it: what stands on the same place is never parted. Fields are named only
-- for those that are shown. $1 batch, $2 and $3 line and place in it where the page begins, $4 records.
with page as (
    select k.line, k.sub from intake.record k
     where k.batch_id = $1 and (k.line, k.sub) >= ($2, $3)
     order by k.line, k.sub, k.shape limit $4
)
select r.line, r.sub, r.grp, r.kind, r.byte_offset, r.byte_length, r.yen, r.fields
  from intake.record_fields r
 where r.batch_id = $1 and (r.line, r.sub) >= ($2, $3)
   and (r.line, r.sub) <= (select p.line, p.sub from page p order by p.line desc, p.sub desc limit 1)
 order by r.line, r.sub, r.kind
