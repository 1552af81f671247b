-- The file is taken back: what its release had booked is reversed by the consumer (ledger.reverse_file); the orders are approved again and may go into another file.

update ledger.payment_order p set state = 'approved', account_id = null
  from export.claim c
 where c.file_id = (select file_id from run) and c.object = 'payment_order' and p.id = c.object_id and p.state in ('in_file', 'released');
