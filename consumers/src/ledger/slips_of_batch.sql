select p.slip_no as wanted, p.state, to_jsonb(p) as slip
  from ledger.printed_slip p
 where p.batch_id = $1 and p.state in ('queued', 'uploaded')
 order by p.line, p.id
