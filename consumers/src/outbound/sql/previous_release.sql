-- The last file of the same topic and profile that was released before this one, and the differences.
select p.id, p.file_name, p.count, p.total, export.moment(p.released_at) as released_at,
       coalesce(f.count, 0) - p.count as count_more, coalesce(f.total, 0) - p.total as total_more
  from export.file f
  join export.file p on p.topic = f.topic and p.profile = f.profile and p.run <> f.run
                    and p.state in ('released', 'delivered', 'unknown')
                    and (f.released_at is null or p.released_at < f.released_at)
 where f.id = $1
 order by p.released_at desc limit 1
