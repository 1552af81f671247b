-- Money of the batch that has gone on (還付, 充当, allocated), and 速報 of it that a later file has confirmed or cancelled.
select line, object, object_id, code, detail from ledger.receipt_blockers((select id from batch))
union all
select n.line, 'payment_notice', n.closed_by, 'REVENUE_BLOCKED_BY_NOTICE', jsonb_build_object('value', n.case_key)
  from ledger.payment_notice n
  join ledger.payment_notice c on c.id = n.closed_by and c.cancelled_at is null and c.batch_id <> n.batch_id
 where n.batch_id = (select id from batch) and n.cancelled_at is null
