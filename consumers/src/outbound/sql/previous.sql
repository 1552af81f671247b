-- The last file of the same topic and profile, and of another order, that left before this one; nothing is changed from here on.
create temp table previous on commit drop as
select p.id as file_id
  from export.file f
  join export.file p on p.topic = f.topic and p.profile = f.profile and p.run <> f.run
                    and p.state in ('released', 'delivered', 'unknown')
                    and (f.released_at is null or p.released_at < f.released_at)
 where f.id = (select file_id from pg_temp.run)
 order by p.released_at desc limit 1;
set transaction read only;
