-- For the approver: the file's claims recomputed from the slips themselves, by 処理区分.
with claimed as (
    -- A 取消 repeats what was told last; the others say what the slip said when they left, or says now.
    select n.action, s.id, b.amount as before, case n.action when '3' then coalesce(b.amount, s.amount) else coalesce(n.amount, s.amount) end as amount
      from export.claim c
      join ledger.slip_notice n on n.id = c.object_id
      join ledger.payment_slip s on s.id = n.slip_id
      left join lateral (select coalesce(x.amount, s.amount) as amount from ledger.slip_notice x
                          where x.slip_id = n.slip_id and x.id < n.id and x.action <> '3' and x.state = 'uploaded'
                          order by x.id desc limit 1) b on true
     where c.object = 'slip_notice' and c.file_id = (select file_id from run)
)
select '納付書（ファイルの合計）' as label_ja, 'Slips (total of the file)' as label_en, count(*) as count, coalesce(sum(amount), 0)::bigint as yen from claimed
union all
select '新規', 'New slips', count(*), coalesce(sum(amount), 0)::bigint from claimed where action = '1'
union all
select '変更', 'Changed slips', count(*), coalesce(sum(amount), 0)::bigint from claimed where action = '2'
union all
select '変更のうち変更前の金額', 'The changed slips as eLTAX knows them', count(*), coalesce(sum(before), 0)::bigint from claimed where action = '2'
union all
select '取消', 'Cancelled slips', count(*), coalesce(sum(amount), 0)::bigint from claimed where action = '3'
union all
select '新規のうち債権の未収額', 'Unpaid on the receivables behind the new slips', count(*), coalesce(sum(r.unpaid), 0)::bigint
  from claimed c join ledger.payment_slip s on s.id = c.id join ledger.receivable r on r.id = s.assessment_id where c.action = '1'
