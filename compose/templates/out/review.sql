-- One query: (label_ja, label_en, count, yen), the totals the approver compares with the file's. Recomputed from the ledger by
-- SQL other than that of select.sql (here: the debit side), so that one mistake cannot hide in both.
select '収入未整理' as label_ja, 'Unallocated receipts' as label_en,
       count(distinct l.entry_id) as count, coalesce(sum(l.debit), 0)::bigint as yen
  from claim c
  join ledger.line l on l.entry_id = c.object_id and c.object = 'entry'
