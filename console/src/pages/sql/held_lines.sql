-- Held lines of one kind, oldest first. $1 topics one may see (null: all), $2 code, $3 topic (null: all), $4 after this finding, $5 rows.
select f.id, f.batch_id, b.topic, b.file, f.line, f.code, f.detail,
       coalesce((select sum(r.yen)::bigint from intake.record r where r.batch_id = f.batch_id and r.line = f.line), 0) as yen,
       to_char(f.created_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as at, n.owner, n.note
  from intake.finding f
  join intake.batch b on b.id = f.batch_id
  left join lateral (select n.owner, n.note from intake.finding_note n where n.finding_id = f.id order by n.id desc limit 1) n on true
 where f.state = 'open' and f.verdict = 'hold' and b.state = 'held' and f.code = $2
   and ($1::text[] is null or b.topic = any($1)) and ($3::text is null or b.topic = $3)
   and (f.created_at, f.id) > (coalesce((select a.created_at from intake.finding a where a.id = $4), '-infinity'), $4)
 order by f.created_at, f.id
 limit $5
