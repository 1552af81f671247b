-- The tenders of a file as the ledger knows them now: counted from the notices the file claims, judged by the rules once more.
with told as (
    select n.id, t.* from export.claim c join ledger.tender_notice n on c.object = 'tender_notice' and n.id = c.object_id
      join ledger.public_tender t on t.no = n.tender_no
     where c.file_id = (select file_id from run)
), bidder as (
    select m.vendor, m.kind from ledger.tender_nominee m where m.tender_no in (select no from told)
)
select 'ファイル全体（行）' as label_ja, 'whole file (records)' as label_en, (select count(*) from told) + (select count(*) from bidder) + 1 as count, 0::bigint as yen
union all
select '案件', 'tenders', count(*), 0 from told
union all
select '選定業者（延べ）', 'nominees', count(*), 0 from bidder
union all
select '選定業者（実数）', 'different vendors', count(distinct vendor), 0 from bidder
union all
select '開札まで7日未満の案件', 'tenders that open within 7 days', count(*), 0 from told t cross join run r where t.opens_on < r.today + 7
union all
select 'いまの台帳では送れない案件', 'tenders that could not be told now', count(distinct f.tender_no), 0 from ledger.tender_faults(array(select no from told)) f
union all
select '決裁済みで未通知の案件（他のファイルにも無いもの）', 'approved tenders in no file', count(*), 0
  from ledger.tender_notice n
 where n.state = 'queued' and not exists (select from export.live_claim c where c.object = 'tender_notice' and c.object_id = n.id)
