-- Files whose claims are of the objects an entry is about; of an entry of a large file, of its first ones. $1 entry.
with object as materialized (
    select distinct p.object, p.object_id
      from (select p.object, p.object_id from ledger.posting p where p.entry_id = $1 order by p.source_line, p.no limit 2000) p
     where p.object_id is not null
), claimed as materialized (
    select distinct c.file_id from object o join export.claim c on c.object = o.object and c.object_id = o.object_id
)
select f.id as file, f.topic, f.file_name as name, f.state,
       to_char(coalesce(f.released_at, f.generated_at, f.ordered_at) at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as at
  from claimed c
  join export.file f on f.id = c.file_id
 order by f.id
 limit 50
