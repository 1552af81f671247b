-- No tender to tell: drafts that are not approved yet, and what the last files carry. Names no price.
select 'EXPORT_WAITS_TENDER_DRAFT', count(*), null::bigint, null::jsonb from ledger.public_tender t where t.state = 'draft' having count(*) > 0
union all
select * from (
    select 'EXPORT_WAITS_TENDER_TOLD', count(*), null::bigint, jsonb_build_object('file', f.id, 'state', f.state)
      from export.file f
      join run r on r.topic = f.topic
      join export.claim c on c.file_id = f.id and c.live
     where f.id in (select x.id from export.file x join run y on y.topic = x.topic where x.sha256 is not null and x.state <> 'void' order by x.id desc limit 3)
     group by f.id, f.state order by f.id desc) told
