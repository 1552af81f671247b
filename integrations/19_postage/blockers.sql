-- An order that is approved or beyond has been booked: it is taken back first.
select line, object, object_id, code, detail from ledger.order_blockers((select id from batch))
