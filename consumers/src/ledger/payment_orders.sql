select p.id, p.no, p.state, p.creditor, c.name as creditor_name, p.amount, p.pay_date::text, p.memo, p.made_by, p.approved_by
  from ledger.payment_order p
  join ledger.creditor c on c.no = p.creditor
 where $1 = '' or p.state = $1
 order by p.id
 limit $2
