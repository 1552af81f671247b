select array[ledger.slip_no(a.fiscal_year, a.id, s.issue), s.state, a.payer_name, s.due_on::text, s.amount::text]
  from ledger.payment_slip s
  join ledger.assessment a on a.id = s.assessment_id
 where s.state in ('queued', 'uploaded')
 order by s.due_on, s.id
 limit $1
