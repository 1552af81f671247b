-- The last order of the same topic and profile of which a file was released before this one, and the differences: all its files that left
-- beside all files of this order (compare.sql does the same, sql/previous.sql).
with last as (
    select p.id, p.run, p.file_name, p.released_at, f.run as this_run, f.released_at as before
      from export.file f
      join export.file p on p.topic = f.topic and p.profile = f.profile and p.run <> f.run
                        and p.state in ('released', 'delivered', 'unknown')
                        and (f.released_at is null or p.released_at < f.released_at)
     where f.id = $1
     order by p.released_at desc, p.id desc limit 1
), then_sum as (
    select count(*) as files, sum(p.count)::bigint as count, sum(p.total)::bigint as total
      from last l
      join export.file p on p.run = l.run and p.state in ('released', 'delivered', 'unknown') and (l.before is null or p.released_at < l.before)
), now_sum as (
    select coalesce(sum(o.count), 0)::bigint as count, coalesce(sum(o.total), 0)::bigint as total
      from last l
      join export.file o on o.run = l.this_run and (o.id = $1 or o.sha256 is not null and o.state <> 'void')
)
select l.id, l.file_name, t.files, t.count, t.total, export.moment(l.released_at) as released_at,
       n.count - t.count as count_more, n.total - t.total as total_more
  from last l cross join then_sum t cross join now_sum n
