-- What was booked about a thing: by the index of those that have one (orders with what pays them once more, pay to staff, settlements),
-- else by the line of the file that brought it. $1 kind of thing, $2 its id, $3 lines.
with recursive one as (
    select p.id, p.repays from ledger.payment_order p where $1 = 'payment_order' and p.id = $2
    union
    select p.id, p.repays from ledger.payment_order p join one o on p.repays = o.id or p.id = o.repays
), posted as (
    select p.entry_id, p.source_line, p.no from ledger.posting p
     where p.object = 'payment_order' and p.object_id in (select id from one)
    union
    select p.entry_id, p.source_line, p.no from ledger.posting p
     where $1 in ('staff_payment', 'settlement') and p.object in ('payment_order', 'staff_payment', 'settlement') and p.object = $1 and p.object_id = $2
    union
    select p.entry_id, p.source_line, p.no
      from ledger.origins($1, $2) s
      join ledger.entry e on e.batch_id = s.batch_id
      join ledger.posting p on p.entry_id = e.id and p.source_line = s.line and (p.object, p.object_id) = ($1, $2)
     where $1 not in ('payment_order', 'staff_payment', 'settlement')
)
select l.entry, l.event, l.fiscal_year, l.booked_on::text as booked_on, l.fund, l.source_line, l.account, l.account_name, l.account_name_en, l.debit, l.credit, l.budget_line,
       l.memo, l.reverses, l.order_no, l.order_batch, l.order_line, l.object, l.object_id
  from posted p
 cross join lateral (select j.* from ledger.journal_line j
                      where j.entry = p.entry_id and j.source_line is not distinct from p.source_line and j.no in (2 * p.no - 1, 2 * p.no)) l
 order by l.entry, l.no
 limit $3
