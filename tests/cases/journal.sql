-- Each journal row made two lines with neighbouring numbers: 2n - 1 and 2n. A reversal has the same numbers, sides swapped.
select e.id as entry, e.event, e.fiscal_year, e.booked_on::text as booked_on, e.fund, e.reverses, e.reason,
       d.source_line, da.name as debit, ca.name as credit, d.debit as yen, d.budget_line, d.organization, d.memo
  from ledger.entry e
  join ledger.line d on d.entry_id = e.id and d.debit > 0
  join ledger.line c on c.entry_id = e.id and c.credit > 0 and (c.no + 1) / 2 = (d.no + 1) / 2
  join ledger.account da on da.code = d.account
  join ledger.account ca on ca.code = c.account
 where e.id > $1
 order by e.id, d.source_line nulls first, least(c.no, d.no)
