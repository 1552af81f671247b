-- 日計票 is kept by version; 収入金票 becomes receipts and clearings, 戻入, off-budget cash, or takes an earlier slip back.
select ledger.post_daily_totals();
select ledger.post_receipt_slips();
select ledger.post_journal();

insert into posted (line, object, object_id, yen)
select t.line, 'daily_total', t.id, t.amount
  from ledger.daily_total t join staged_daily_total s on s.line = t.line
 where t.batch_id = (select id from batch);
