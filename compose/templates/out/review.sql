-- One query: (label_ja, label_en, count, yen), the totals the approver compares with the file's. Recomputed from the ledger by
-- SQL other than that of select.sql, so that one mistake cannot hide in both.
select '収入未整理' as label_ja, 'Unallocated receipts' as label_en, count(*) as count, coalesce(sum(l.credit), 0)::bigint as yen
  from ledger.line l
  join ledger.entry e on e.id = l.entry_id
 where (l.object, l.object_id) in (select object, object_id from claim)
