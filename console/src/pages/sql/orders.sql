-- Payment orders of a state, newest first. An index on the state would be touched by every step of every order, so a page looks through
-- a part of the orders only. $1 state, $2 number of the order or its creditor (null: all), $3 before this id, $4 rows, $5 above this id (without $2).
select p.id, p.no, p.state, p.creditor, c.name as creditor_name, p.amount, p.pay_date::text as pay_date, p.memo, p.made_by, p.approved_by,
       p.batch_id as batch
  from ledger.payment_order p
  join ledger.creditor c on c.no = p.creditor
 where p.state = $1 and ($3::bigint is null or p.id < $3)
   and ($2::text is null and p.id > $5 or p.no = $2 or p.creditor = $2)
 order by p.id desc
 limit $4
