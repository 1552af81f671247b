-- A payment order as it is now. $1 its id. Who gave it another day last said why in the audit log.
select p.state, p.creditor, c.name as creditor_name, p.commitment, m.title as commitment_title, p.amount, p.pay_date::text as pay_date, p.memo,
       p.made_by, p.approved_by, export.moment(p.approved_at) as approved_at, p.rescheduled_by, export.moment(p.rescheduled_at) as rescheduled_at,
       e.was, e.reason
  from ledger.payment_order p
  join ledger.creditor c on c.no = p.creditor
  left join ledger.commitment m on m.no = p.commitment
  left join lateral (select e.before ->> 'pay_date' as was, e.reason from audit.event e
                      where (e.object, e.object_id) = ('payment_order', p.no) and e.action = 'payment_order.reschedule'
                      order by e.id desc limit 1) e on p.rescheduled_by is not null
 where p.id = $1
