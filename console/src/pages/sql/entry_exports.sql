-- Files whose claims are of the objects an entry is about. $1 entry.
select distinct f.id as file, f.topic, f.file_name as name, f.state,
       to_char(coalesce(f.released_at, f.generated_at, f.ordered_at) at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as at
  from ledger.journal_line l
  join export.claim c on c.object = l.object and c.object_id = l.object_id
  join export.file f on f.id = c.file_id
 where l.entry = $1
 order by f.id
 limit 50
