-- A snapshot is of its moment: its own totals are those that were kept with it. Beside them what the ledger says now, counted by
-- other SQL than the file.
with kept as (
    select s.* from ledger.progress_snapshot s join run r using (file_id)
)
select '記録（スナップショット、利用者、件数）' as label_ja, 'Records (snapshot, users, counts)' as label_en, 1 + 2 * k.users as count, 0::bigint as yen
  from kept k
union all
select '利用者', 'Users', k.users, 0 from kept k
union all
select '決裁依頼の合計', 'Approvals asked for', k.total, 0 from kept k
union all
select '現在の台帳：決裁依頼', 'The ledger now: approvals asked for', ledger.open_approvals(r.today), 0 from run r
union all
select '現在の台帳：決裁待ちの支出命令', 'The ledger now: payment orders waiting for approval', count(*), coalesce(sum(p.amount), 0)::bigint
  from ledger.payment_order p where p.state = 'draft'
union all
select '現在の台帳：決裁待ちの入札案件', 'The ledger now: tenders waiting for approval', count(*), coalesce(sum(t.reserved), 0)::bigint
  from ledger.tender t where t.state = 'draft'
union all
select '現在：承認者を待つ給与再振込・払出ファイル・銀行設定', 'Now: repaid pay, files and bank profiles waiting for an approver', count(*), 0
  from ledger.awaiting_authority
union all
select '現在の台帳：収入未整理', 'The ledger now: unallocated receipts', count(*), coalesce(sum(u.amount), 0)::bigint
  from ledger.unallocated_receipt u where u.state = 'open'
union all
select '現在の連携エラー', 'Interface troubles now', count(*), 0 from ledger.import_trouble;
