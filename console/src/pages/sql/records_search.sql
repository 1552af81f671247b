-- Records of a part of a batch with a value that holds a text. The text of a whole row tells quickly which records cannot have it; in such
-- a text quotes and backslashes stand twice. $1 batch, $2 and $3 line and place where the part begins, $4 and $5 where it ends (null: with
-- the batch), $6 text, $7 records.
with place as materialized (
    select k.line, k.sub from intake.record k
     where k.batch_id = $1 and (k.line, k.sub) >= ($2, $3) and (k.line, k.sub) < (coalesce($4, 9223372036854775807), coalesce($5, 0))
       and position(replace(replace(lower($6), '\', '\\'), '"', '""') in lower(k::text)) > 0
), found as (
    select r.line, r.sub, r.grp, r.kind, r.byte_offset, r.byte_length, r.yen, r.fields
      from (select distinct p.line, p.sub from place p order by p.line, p.sub) p
     cross join lateral (select f.* from intake.record_fields f where f.batch_id = $1 and f.line = p.line and f.sub = p.sub) r
     where exists (select from jsonb_each_text(r.fields) f where position(lower($6) in lower(f.value)) > 0)
     limit $7
)
select * from found r order by r.line, r.sub, r.kind
