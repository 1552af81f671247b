select e.id as entry, e.event, e.fiscal_year, e.booked_on::text as booked_on, e.fund, e.reverses, e.reason,
       p.source_line, d.name as debit, c.name as credit, p.amount as yen, p.budget_line, p.organization, p.memo
  from ledger.entry e
  join ledger.posting p on p.entry_id = e.id
  join ledger.account d on d.code = p.debit_account
  join ledger.account c on c.code = p.credit_account
 where e.id > $1
 order by e.id, p.source_line nulls first, p.no
