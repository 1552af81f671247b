-- What budget lines, sections or funds may be, the parts of a whole behind it. $1 role.
select i.code, i.name, coalesce(w.code, i.code) as whole, coalesce(w.name, i.name) as whole_name
  from ledger.settlement_item i
  left join ledger.settlement_item w on (w.role, w.code) = (i.role, i.parent)
 where i.role = $1
 order by coalesce(w.sort, i.sort), coalesce(w.code, i.code), w.code is not null, i.sort
