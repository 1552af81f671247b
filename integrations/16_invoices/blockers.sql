-- An order that is approved or beyond has been booked: it is taken back first.
select p.line, 'payment_order' as object, p.id as object_id, 'ORDER_BEYOND_DRAFT' as code, jsonb_build_object('order', p.no, 'state', p.state) as detail
  from ledger.payment_order p
 where p.batch_id = (select id from batch) and p.state not in ('draft', 'cancelled');
