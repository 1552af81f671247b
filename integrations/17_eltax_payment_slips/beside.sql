-- What waits outside this file.
select 'まだ送っていない納付書' as label_ja, 'Slips still waiting after this file' as label_en, count(*) as count, coalesce(sum(s.amount), 0)::bigint as yen
  from ledger.slip_notice n join ledger.payment_slip s on s.id = n.slip_id
 where n.state = 'queued' and not ledger.slip_notice_is_claimed(n.id)
union all
-- 17-R11: their posting day is here, and eLTAX has not accepted them (this file's are sent after it).
select '発送日までに受付が確認できない納付書', 'Slips not accepted before their posting day', count(*), coalesce(sum(l.amount), 0)::bigint
  from run cross join lateral ledger.late_slips(run.today) l
