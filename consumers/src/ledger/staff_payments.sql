select array[h.happened_on::text, h.staff_no, p.name, h.order_no, h.part::text, case when h.cancel then 'returned' else 'paid' end, h.taxable::text, h.withheld::text,
             h.net::text]
  from ledger.staff_payment_history h
  join ledger.staff p using (staff_no)
 where h.noted_by is null and not exists (select from export.live_claim c where c.object = 'staff_payment_event' and c.object_id = h.id)
 order by h.happened_on, h.id
 limit $1
