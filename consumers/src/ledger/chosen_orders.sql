-- Payment orders by their numbers ($1), as they are now.
select p.no, p.creditor, c.name as creditor_name, p.amount, p.pay_date::text as pay_date, p.state
  from ledger.payment_order p
  join ledger.creditor c on c.no = p.creditor
 where p.no = any ($1)
 order by p.no
