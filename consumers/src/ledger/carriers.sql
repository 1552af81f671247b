-- The outgoing files that carry a thing. $1 kind of thing, $2 its id.
select c.file_id as file, c.seq as record, c.live, f.topic, f.file_name as name, f.state,
       export.moment(coalesce(f.released_at, f.generated_at, f.ordered_at)) as at
  from ledger.carriers($1, $2) c
  join export.file f on f.id = c.file_id
 order by c.file_id, c.seq
 limit 50
