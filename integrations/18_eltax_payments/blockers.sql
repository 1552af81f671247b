-- Money of the batch that has gone on (還付, 充当, allocated), and 速報 of it that a later file has confirmed or cancelled.
select line, object, object_id, code, detail from ledger.receipt_blockers((select id from batch))
union all
select n.line, 'payment_notice', n.closed_by, 'REVENUE_BLOCKED_BY_NOTICE', jsonb_build_object('value', n.case_key)
  from ledger.payment_notice n
  join ledger.payment_notice c on c.id = n.closed_by and c.cancelled_at is null and c.batch_id <> n.batch_id
 where n.batch_id = (select id from batch) and n.cancelled_at is null
union all
-- The slip in force would change with what is owed, but it is just being sent.
select n.line, 'payment_slip', l.id, 'REVENUE_SLIP_IN_FILE', jsonb_build_object('value', n.case_key)
  from ledger.payment_notice n
  join ledger.payment_slip s on s.id = n.slip_id and s.state = 'void'
  join ledger.payment_slip l on l.assessment_id = s.assessment_id
 where n.batch_id = (select id from batch) and n.cancelled_at is null and n.kind = '02'
   and exists (select from ledger.slip_notice q where q.slip_id = l.id and q.state = 'queued' and ledger.slip_notice_is_claimed(q.id))
