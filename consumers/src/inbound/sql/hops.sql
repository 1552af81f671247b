-- Carrier records that were to be posted, against what post.sql says it posted; one row about the first difference.
with expected as (
  select r.line, count(*) as records, sum(r.yen) as yen
    from intake.record r
   where r.batch_id = $1 and ($3::bigint[] is null or r.line = any ($3))
     and r.shape = any (array(select s.id from intake.batch b join intake.shape s on s.id = any (b.shapes) where b.id = $1 and s.kind = any ($2)))
     and not exists (select from pg_temp.line_verdict v where v.line = r.line and v.rank in (2, 3))
   group by r.line
), got as (
  select line, count(*) as records, sum(yen) as yen from pg_temp.posted group by line
), differ as (
  select line, coalesce(e.records, 0) as records, coalesce(e.yen, 0) as yen,
         coalesce(g.records, 0) as records_got, coalesce(g.yen, 0) as yen_got
    from expected e full join got g using (line)
   where e.records is distinct from g.records or e.yen is distinct from g.yen
)
select count(*) over () as lines, line, records::bigint, yen::bigint, records_got::bigint, yen_got::bigint
  from differ order by line limit 1
