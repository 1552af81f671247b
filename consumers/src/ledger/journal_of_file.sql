select entry, event, fiscal_year, booked_on::text, fund, source_line, account, account_name, account_name_en, debit, credit, budget_line, memo, reverses,
       order_no, order_batch, order_line, object, object_id
  from ledger.journal_line
 where file_id = $1
 order by entry, no
 limit $2
