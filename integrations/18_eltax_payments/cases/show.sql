-- Slips, then notices, then receipts and where their money went.
with slip as (
    select 1 as part, s.id, '納付書' as "何", s.case_key as "案件特定キー", s.amount as "円", s.state as "状態", null::date as "日",
           concat_ws('  ', '発行' || s.issue, '納期限 ' || s.due_on, '支払期限 ' || s.pay_limit_on, s.void_reason,
               '情報 ' || (select string_agg(n.action || ' ' || n.state, ', ' order by n.id) from ledger.slip_notice n where n.slip_id = s.id)) as "内容"
      from ledger.payment_slip s
), notice as (
    select 2, n.id, case n.kind when '01' then '速報' when '02' then '確報' else '速報取消' end, n.case_key, n.amount,
           case when n.cancelled_at is not null then '受付取消' when n.kind <> '01' then '' when n.closed_by is null then '未確定' else '確定済' end, n.paid_on,
           concat_ws('  ', '通知' || n.id, '取引 ' || n.transaction, '終了 通知' || n.closed_by)
      from ledger.payment_notice n
), receipt as (
    select 3, r.id, '収入', coalesce(s.case_key, ''), r.amount, case when r.cancelled_at is null then '' else '取消' end, r.booked_on,
           concat_ws('  ', '収納日 ' || r.paid_on, '収納区分 ' || r.channel, '消込 ' || nullif(r.cleared, 0), '過誤納 ' || nullif(r.overpaid, 0),
               '収入未整理 ' || nullif(r.unallocated, 0))
      from ledger.receipt r left join ledger.payment_slip s on s.id = r.slip_id
), clearing as (
    select 4, k.id, '消込', coalesce(s.case_key, ''), k.amount, k.kind, k.booked_on,
           concat_ws('  ', a.source_key, '連番' || k.no, '調定額 ' || k.assessed, '収入済 ' || k.received_total, '過誤納 ' || nullif(k.overpaid, 0))
      from ledger.clearing k join ledger.assessment a on a.id = k.assessment_id left join ledger.payment_slip s on s.id = k.slip_id
), overpayment as (
    select 5, o.id, '過誤納', coalesce(n.case_key, ''), o.amount, o.state, r.booked_on, concat_ws('  ', '行' || o.line)
      from ledger.overpayment o join ledger.receipt r on r.id = o.receipt_id left join ledger.payment_notice n on n.id = r.notice_id
), unallocated as (
    select 6, u.id, '収入未整理', coalesce(n.case_key, ''), u.amount, u.state, r.booked_on, concat_ws('  ', '行' || u.line, u.cause)
      from ledger.unallocated_receipt u join ledger.receipt r on r.id = u.receipt_id left join ledger.payment_notice n on n.id = r.notice_id
)
select "何", "案件特定キー", "円", "状態", "日", "内容"
  from (table slip union all table notice union all table receipt union all table clearing union all table overpayment union all table unallocated) t
 order by part, id
