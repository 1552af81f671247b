-- Files that carry what the shown lines of an entry are about. $1 entry, $2 line of the file from which it is shown (null: the first), $3 postings,
-- $4 only of this budget line (null: all).
with object as materialized (
    select distinct p.object, p.object_id
      from (select p.object, p.object_id from ledger.posting p
             where p.entry_id = $1 and ($2::bigint is null or p.source_line >= $2) and ($4::text is null or p.budget_line = $4)
             order by p.source_line, p.no limit $3) p
     where p.object_id is not null
), carried as materialized (
    select distinct c.file_id from object o cross join lateral ledger.carriers(o.object, o.object_id) c
)
select f.id as file, f.topic, f.file_name as name, f.state, export.moment(coalesce(f.released_at, f.generated_at, f.ordered_at)) as at
  from carried c
  join export.file f on f.id = c.file_id
 order by f.id
 limit 50
