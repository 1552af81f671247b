select array[u.id::text, r.paid_on::text, r.channel, u.cause, u.amount::text, u.batch_id::text, u.line::text]
  from ledger.unallocated_receipt u
  join ledger.receipt r on r.id = u.receipt_id
 where u.state = 'open'
 order by u.id
 limit $1
