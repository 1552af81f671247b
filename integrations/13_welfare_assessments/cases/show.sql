-- Each receivable as it stands, and its slips with what eLTAX is still to be told of them. The 確認番号 is random and not shown.
select a.id as "調定", r.assessment_no as "調定番号", a.source_key as "管理番号", case when a.cancelled_at is null then '' else '取消' end as "受付取消",
       r.assessed as "調定額", r.received as "収入済", r.unpaid as "未収", r.due_on as "納期限",
       s.issue as "発行", s.case_key as "案件特定キー", s.amount as "納付書額", s.due_on as "納付書納期限", s.pay_limit_on as "支払期限", s.state as "納付書", s.void_reason as "廃止理由",
       (select string_agg(n.action || ' ' || n.state, ', ' order by n.id) from ledger.slip_notice n where n.slip_id = s.id) as "納付書情報"
  from ledger.assessment a
  left join ledger.receivable r on r.id = a.id
  left join ledger.payment_slip s on s.assessment_id = a.id
 where a.action = '1'
 order by a.id, s.id
