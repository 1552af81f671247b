-- Budget lines whose last two digits are a 節 of personnel cost, of this year and later ones. $1 today.
select b.fiscal_year, b.fund, b.code, b.name, b.budget
  from ledger.budget_line b
 where b.side = 'expenditure' and right(b.code, 2) in (select section from ledger.payroll_section)
   and b.fiscal_year >= ledger.fiscal_year($1::text::date)
 order by b.fiscal_year, b.fund, b.code limit 200
