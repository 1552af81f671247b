-- The creditors a file pays, by what each gets, the largest first; one row for each account. Orders of a payroll name a collective creditor
-- and are no records of the file. $1 file, $2 rows.
with paid as (
    select p.creditor, p.account_id, count(*) as orders, sum(p.amount - p.deducted)::bigint as yen
      from export.claim c
      join ledger.payment_order p on p.id = c.object_id
     where c.file_id = $1 and c.object = 'payment_order' and p.method = 'transfer'
     group by p.creditor, p.account_id
)
select p.creditor, k.name, coalesce(concat_ws('-', a.bank, a.branch, a.kind, a.number), '') as account, p.orders, p.yen, count(*) over () as payees
  from paid p
  join ledger.creditor k on k.no = p.creditor
  left join ledger.creditor_account a on a.id = p.account_id
 order by p.yen desc, p.creditor
 limit $2
