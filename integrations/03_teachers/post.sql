-- The same functions as 02. Makes no journal: most teachers are paid by Tokyo.
with orders as (
    select coalesce(array_agg((line, action, staff_no, effective, name, ledger.full_kana(kana), former_name, staff_type, organization, post_kind,
                               rank, title, pay_budget_line, status, hired, left_on, mail, school_code, cost_bearer, duty, can_execute = '1')
                              ::ledger.staff_row order by line), '{}') as rows
      from staged_staff
)
select ledger.post_staff(o.rows, b.id) from orders o cross join batch b where cardinality(o.rows) > 0;

insert into posted (line, object, object_id, yen)
select s.line, 'staff', c.id, 0
  from staged_staff s join batch b on true join ledger.staff_change c on c.batch_id = b.id and c.line = s.line;
