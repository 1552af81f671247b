select e.id as entry, e.event, e.fiscal_year, e.booked_on::text, e.fund, l.source_line, l.account, a.name as account_name,
       l.debit, l.credit, l.budget_line, l.memo, e.reverses
  from ledger.entry e
  join ledger.line l on l.entry_id = e.id
  join ledger.account a on a.code = l.account
 where e.id = $1 and l.source_line = $2
 order by l.no
