-- Also of the orders that paid it once more (再振込), and of what it pays once more.
with recursive one as (
    select id, repays from ledger.payment_order where no = $1
    union
    select p.id, p.repays from ledger.payment_order p join one o on p.repays = o.id or p.id = o.repays
)
select entry, event, fiscal_year, booked_on::text, fund, source_line, account, account_name, account_name_en, debit, credit, budget_line, memo, reverses,
       order_no, order_batch, order_line, object, object_id
  from ledger.journal_line
 where object = 'payment_order' and object_id in (select id from one)
 order by entry, no
 limit $2
