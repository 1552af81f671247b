select f.wanted, coalesce(p.state, 'unknown') as state, to_jsonb(p) as slip
  from ledger.find_slips($1) f
  left join ledger.printed_slip p on p.id = f.slip_id
 order by f.place, f.slip_id
