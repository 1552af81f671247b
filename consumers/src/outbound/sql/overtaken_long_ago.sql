-- Files of topics $1 whose bytes may go, made before $2: a later one of the same profile was delivered. `shared`: others need the bytes.
select f.id, f.archive,
       exists (select from export.file o where o.archive = f.archive and o.id <> f.id and o.purged_at is null)
       or exists (select from intake.batch b where b.sha256 = f.sha256) as shared
  from unnest($1::text[], $2::text[]::timestamptz[]) t (topic, before)
  join export.file f on f.topic = t.topic and f.generated_at < t.before and f.purged_at is null and f.archive is not null
 where not f.once and f.state in ('delivered', 'superseded', 'void')
   and exists (select from export.file n
                where n.topic = f.topic and n.profile = f.profile and n.state = 'delivered' and n.generated_at > f.generated_at)
 order by f.id
 limit 500
