select array[o.id::text, r.paid_on::text, ledger.assessment_no(a.fiscal_year, a.id), a.payer_name, o.amount::text, o.batch_id::text, o.line::text]
  from ledger.overpayment o
  join ledger.receipt r on r.id = o.receipt_id
  left join ledger.assessment a on a.id = o.assessment_id
 where o.state = 'open'
 order by o.id
 limit $1
