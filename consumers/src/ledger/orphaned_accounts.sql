select array[o.login_id, o.staff_no, o.display_name, o.department, o.left_on::text]
  from ledger.orphaned_account o
 order by o.left_on nulls last, o.login_id
 limit $1
