select e.id as entry, l.source_line as line, e.event, e.fiscal_year, e.booked_on::text as booked_on, e.fund,
       l.account, a.name as account_name, a.name_en as account_name_en, l.debit, l.credit, l.budget_line, l.organization, l.facility, l.memo
  from ledger.entry e
  join ledger.line l on l.entry_id = e.id
  left join ledger.account a on a.code = l.account
 where e.batch_id = $1 and e.id > $2
 order by e.id, l.no
 limit $3
