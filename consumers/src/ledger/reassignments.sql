select array[r.staff_no, r.name, concat_ws(' ', r.organization, r.organization_name), r.cause, r.effective::text, r.made::text, r.approves::text,
             r.yen::text, r.orders]
  from ledger.open_reassignment r
 order by r.effective, r.staff_no, r.organization
 limit $1
