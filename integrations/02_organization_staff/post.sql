-- 機構改革 closes and opens versions of organizations, 職員 people and their posts; the latter shared with 03. Neither makes a journal.

with reform as (
    select coalesce(array_agg((line, action, valid_from, valid_to, code, parent, level::int, name, short_name, kana, predecessor,
                               can_execute = '1', cashier = '1', facility, postal, address, tel, sort)::ledger.organization_row order by line), '{}') as rows
      from staged_organization
)
select ledger.post_organizations(r.rows, b.id) from reform r cross join batch b where cardinality(r.rows) > 0;

with orders as (
    select coalesce(array_agg((line, action, staff_no, effective, name, ledger.full_kana(kana), former_name, staff_type, organization, post_kind,
                               rank, title, pay_budget_line, status, hired, left_on, mail, null, null, null, null)::ledger.staff_row order by line), '{}') as rows
      from staged_staff
)
select ledger.post_staff(o.rows, b.id) from orders o cross join batch b where cardinality(o.rows) > 0;

-- A master carries no money: posted is what the history of the master says of each row.
insert into posted (line, object, object_id, yen)
select s.line, 'organization', c.id, 0
  from staged_organization s join batch b on true
  join ledger.organization_change c on c.batch_id = b.id and c.line = s.line and c.change not in ('ended', 'cancelled')
union all
select s.line, 'staff', c.id, 0
  from staged_staff s join batch b on true
  join ledger.staff_change c on c.batch_id = b.id and c.line = s.line;
