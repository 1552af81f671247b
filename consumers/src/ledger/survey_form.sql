-- Rows and columns of the survey's tables in a fiscal year ($1), of one table ($2) or all.
select a.table_no as "table", a.axis, a.no, a.within, a.from_year, a.name, a.role, coalesce(a.item, '') as item, a.grade
  from (select distinct on (x.table_no, x.axis, x.within, x.no) x.*
          from ledger.settlement_axis x
         where x.from_year <= $1 and ($2::text is null or x.table_no = $2)
         order by x.table_no, x.axis, x.within, x.no, x.from_year desc, x.version desc) a
 where a.role is not null
 order by a.table_no, a.axis desc, a.within, a.no
