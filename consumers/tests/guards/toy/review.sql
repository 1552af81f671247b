-- The ledger's own count.
select '合計' as label_ja, 'total' as label_en, count(*), sum(p.amount)
  from toy.payment p
 where p.id in (select object_id from export.claim where file_id = (select file_id from run));
