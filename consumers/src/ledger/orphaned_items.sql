select array[i.organization, i.name, i.last_day::text, i.kind, i.count::text, i.yen::text, i.carried_by]
  from ledger.orphaned_item i
 order by i.carried_by is not null, i.organization, i.kind
 limit $1
