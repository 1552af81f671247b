-- Nothing to tell: what the last extracts carry, and money that is no clearing yet.
select * from (
    select 'EXPORT_WAITS_IN_FILE', count(*), sum(c.yen), jsonb_build_object('file', f.id, 'state', f.state)
      from export.file f
      join run r on r.topic = f.topic
      join export.claim c on c.file_id = f.id and c.live
     where f.id in (select x.id from export.file x join run y on y.topic = x.topic where x.sha256 is not null and x.state <> 'void' order by x.id desc limit 3)
     group by f.id, f.state order by f.id desc) carried
union all
select 'EXPORT_WAITS_UNALLOCATED', count(*), sum(u.amount), null::jsonb from ledger.unallocated_receipt u where u.state = 'open' having count(*) > 0
