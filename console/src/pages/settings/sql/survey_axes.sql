-- Rows and columns of a table ($1) as they are in a fiscal year ($2).
select a.axis, a.no, a.within, a.from_year, a.version, a.name, a.role, coalesce(a.item, '') as item, coalesce(i.name, '') as item_name, a.grade
  from (select distinct on (x.axis, x.within, x.no) x.* from ledger.settlement_axis x
         where x.table_no = $1 and x.from_year <= $2 order by x.axis, x.within, x.no, x.from_year desc, x.version desc) a
  left join ledger.settlement_item i on (i.role, i.code) = (a.role, a.item)
 where a.role is not null
 order by a.axis desc, a.within, a.no
