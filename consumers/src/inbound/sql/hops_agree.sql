-- Is the journal empty, and are the lines and their yen the same? Count, sum and a sum of hashes of (line, yen), each in one pass: a
-- tenth of the cost of joining the two line by line, which hops.sql does to name the difference once there is one. What was posted
-- is added to the batch in the same go.
with expected as (
  select count(*) as records, sum(r.yen) as yen, sum(hashint8extended(r.line, r.yen)) as lines
    from intake.record r
   where r.batch_id = $1 and ($3::bigint[] is null or r.line = any ($3))
     and r.shape = any (array(select s.id from intake.batch b join intake.shape s on s.id = any (b.shapes) where b.id = $1 and s.kind = any ($2)))
     -- Asked of each line only if any waits.
     and (not exists (select from pg_temp.line_verdict w where w.rank in (2, 3))
          or not exists (select from pg_temp.line_verdict v where v.line = r.line and v.rank in (2, 3)))
), got as (
  select records, yen, lines from intake.posted_sum()
), counted as (
  update intake.batch set carriers_posted = carriers_posted + g.records from got g where id = $1
)
select (select count(*) from pg_temp.journal) as unposted, e is not distinct from g as agree from expected e, got g
