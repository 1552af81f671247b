-- What came for an assessment, and what was decided about it. $1 assessment.
select k.kind, k.paid_on::text as day, k.amount as yen, k.batch_id as batch, k.booked_on::text as at
  from ledger.clearing k where k.assessment_id = $1 order by k.no
