select array[x.id::text, x.settled_on::text, x.kind,
             coalesce(ledger.assessment_no(a.fiscal_year, a.id), x.unallocated_id::text), ledger.assessment_no(t.fiscal_year, t.id),
             x.amount::text, x.settled_by, x.reason, x.undone_on::text]
  from ledger.settlement x
  left join ledger.assessment a on a.id = x.assessment_id
  left join ledger.assessment t on t.id = x.to_assessment_id
 order by x.id desc
 limit $1
