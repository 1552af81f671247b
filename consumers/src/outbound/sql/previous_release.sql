-- The last order of the kind of file $1 that left before it, and the differences: all its files that left beside all files of this order
-- (compare.sql does the same, sql/previous.sql). $2: parameters that divide orders into kinds.
with last as (
    select p.*, f.run as this_run, coalesce(f.released_at, 'infinity') as before
      from export.last_that_left($1, $2) p join export.file f on f.id = $1
), then_sum as (
    select count(*) as files, sum(p.count)::bigint as count, sum(p.total)::bigint as total
      from last l
      join export.file p on p.run = l.run and p.state in ('released', 'delivered', 'unknown') and p.released_at < l.before
), now_sum as (
    select coalesce(sum(o.count), 0)::bigint as count, coalesce(sum(o.total), 0)::bigint as total
      from last l
      join export.file o on o.run = l.this_run and (o.id = $1 or o.sha256 is not null and o.state <> 'void')
)
select l.id, l.file_name, t.files, t.count, t.total, export.moment(l.released_at) as released_at,
       n.count - t.count as count_more, n.total - t.total as total_more
  from last l cross join then_sum t cross join now_sum n
