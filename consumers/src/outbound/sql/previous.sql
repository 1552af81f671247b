-- What is compared: `present`, the files of this order that are not void (an approver weighs what was ordered, not the part a file limit cut
-- off), and `previous`, those of the last order of the same topic and profile that left before this file; nothing is changed from here on.
create temp table present on commit drop as
select o.id as file_id
  from export.file f
  join export.file o on o.run = f.run and (o.id = f.id or o.sha256 is not null and o.state <> 'void')
 where f.id = (select file_id from pg_temp.run);
create temp table previous on commit drop as
with last as (
    select p.run, f.released_at
      from export.file f
      join export.file p on p.topic = f.topic and p.profile = f.profile and p.run <> f.run
                        and p.state in ('released', 'delivered', 'unknown')
                        and (f.released_at is null or p.released_at < f.released_at)
     where f.id = (select file_id from pg_temp.run)
     order by p.released_at desc, p.id desc limit 1
)
select p.id as file_id
  from last l
  join export.file p on p.run = l.run and p.state in ('released', 'delivered', 'unknown')
                    and (l.released_at is null or p.released_at < l.released_at);
set transaction read only;
