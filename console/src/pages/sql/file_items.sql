-- What the records of a file carry, each with the thing it is about and the line that asked for it. The pay of one person is shown nowhere.
-- $1 file, $2 from this record on, $3 rows.
with page as materialized (
    select c.seq, c.object, c.object_id, c.yen, c.live from export.claim c where c.file_id = $1 and c.seq >= $2 and c.object <> 'payroll_transfer' order by c.seq limit $3
)
select p.seq, p.object, p.object_id, p.yen, p.live, o.name, o.batch, o.line
  from page p
  left join lateral (
       select x.no as name, x.batch_id as batch, x.line from ledger.payment_order x where p.object = 'payment_order' and x.id = p.object_id
       union all
       select ledger.slip_no(a.fiscal_year, a.id, s.issue), coalesce(n.batch_id, s.batch_id, a.batch_id), coalesce(n.line, s.line, a.line)
         from ledger.slip_notice n
         join ledger.payment_slip s on s.id = n.slip_id
         join ledger.assessment a on a.id = s.assessment_id
        where p.object = 'slip_notice' and n.id = p.object_id
       union all
       select x.no, x.batch_id, x.line
         from ledger.staff_payment_event e
         join ledger.staff_payment y on y.id = e.payment_id
         join ledger.payment_order x on x.id = y.order_id
        where p.object = 'staff_payment_event' and e.id = p.object_id
       union all
       select n.tender_no, null, null from ledger.tender_notice n where p.object = 'tender_notice' and n.id = p.object_id) o on true
 order by p.seq
