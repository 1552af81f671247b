-- The rules are shared with 02; what is this folder's own is the number space, which also brings the rules on schools.
with orders as (
    select coalesce(array_agg((line, action, staff_no, effective, name, ledger.full_kana(kana), former_name, staff_type, organization, post_kind,
                               rank, title, pay_budget_line, status, hired, left_on, mail, school_code, cost_bearer, duty, can_execute = '1')
                              ::ledger.staff_row order by line), '{}') as rows
      from staged_staff
)
select v.line, v.verdict, v.code, v.field, v.detail
  from orders o cross join batch b
 cross join lateral ledger.check_staff(o.rows, 'teacher', b.business_date, b.again, (select value::int from setting where key = 'drop_percent_max'),
                                       (select value::int from setting where key = 'drop_rows_free')) v
