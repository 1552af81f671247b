-- What a cell of the survey is the sum of. $1 cell.
select f.side, f.fund, f.fund_name, f.budget_line, f.line_name, f.purpose, f.nature, f.source, f.revenue, f.sign, f.yen, f.thousand, f.postings
  from ledger.settlement_facts_of($1) f
 order by f.sign desc, f.side desc, f.fund, f.budget_line, f.no
