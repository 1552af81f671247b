-- What the batch posted, and what became of the payment orders it made.
select entry, event, fiscal_year, booked_on::text, fund, source_line, account, account_name, debit, credit, budget_line, memo, reverses,
       order_no, order_batch, order_line
  from ((select * from ledger.journal_line where batch_id = $1 order by entry, no limit $2)
        union all
        (select * from ledger.journal_line
          where object = 'payment_order' and object_id in (select id from ledger.payment_order where batch_id = $1) and batch_id is distinct from $1
          order by entry, no limit $2)) l
 order by entry, no
 limit $2
