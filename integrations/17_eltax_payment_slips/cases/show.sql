-- What became of the slips and of each notice about them.
select a.source_key as "管理番号", s.issue as "発行", s.case_key as "案件特定キー", s.amount as "納付書額", s.due_on as "納期限", s.pay_limit_on as "支払期限", s.state as "納付書",
       s.void_reason as "廃止理由", n.id as "情報", n.action as "処理区分", n.state as "状態", n.file_id as "ファイル"
  from ledger.payment_slip s
  join ledger.assessment a on a.id = s.assessment_id
  left join ledger.slip_notice n on n.slip_id = s.id
 order by s.id, n.id
