select array[m.creditor, m.name, concat_ws('-', m.bank, m.branch, m.number), m.last_day::text, nullif(concat_ws('-', m.successor_bank, m.successor_branch), '')]
  from ledger.payee_to_move m
 order by m.last_day, m.creditor
 limit $1
