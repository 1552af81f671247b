-- Two kinds of file, told apart by their header. Each is brought into its shape here (as in post.sql); the rules are functions of the
-- schema, and those on staff are shared with 03.

with reform as (
    select coalesce(array_agg((line, action, valid_from, valid_to, code, parent, level::int, name, short_name, kana, predecessor,
                               can_execute = '1', cashier = '1', facility, postal, address, tel, sort)::ledger.organization_row order by line), '{}') as rows
      from staged_organization
), orders as (
    select coalesce(array_agg((line, action, staff_no, effective, name, ledger.full_kana(kana), former_name, staff_type, organization, post_kind,
                               rank, title, pay_budget_line, status, hired, left_on, mail, null, null, null, null)::ledger.staff_row order by line), '{}') as rows
      from staged_staff
), guard as (
    select (select value::int from setting where key = 'drop_percent_max') as percent, (select value::int from setting where key = 'drop_rows_free') as free
)
select v.line, v.verdict, v.code, v.field, v.detail
  from reform r cross join batch b cross join guard g
 cross join lateral ledger.check_organizations(r.rows, b.business_date, b.again, g.percent, g.free) v
 where b.layout = 'organizations'
union all
select v.line, v.verdict, v.code, v.field, v.detail
  from orders o cross join batch b cross join guard g
 cross join lateral ledger.check_staff(o.rows, 'ward', b.business_date, b.again, g.percent, g.free) v
 where b.layout = 'staff'
