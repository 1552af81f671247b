-- Files that go out, newest first. $1 topics one may see (null: all), $2 topic, $3 state ('open': waits for approval or release,
-- 'trouble': nobody knows, or could not be made), $4 before this id, $5 rows.
select f.id, f.topic, f.profile, f.part, f.parts, f.state, f.file_name, f.count, f.total, f.made_by, f.released_by, export.is_barred(f.id) as barred,
       to_char(coalesce(f.voided_at, f.delivered_at, f.released_at, f.generated_at, f.ordered_at) at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as at
  from export.file f
 where ($1::text[] is null or f.topic = any($1))
   and ($2::text is null or f.topic = $2)
   and ($3::text is null or f.state = $3 or ($3 = 'open' and f.state in ('generated', 'approved') and not export.is_barred(f.id))
        or ($3 = 'trouble' and f.state in ('unknown', 'failed', 'refused')))
   and ($4::bigint is null or f.id < $4)
 order by f.id desc
 limit $5
