-- Money that waits for a person: 収入未整理 ($2 = 'unallocated') or 過誤納 ('overpayment'). $1 its number.
select r.paid_on::text as paid_on, r.booked_on::text as booked_on, r.channel, m.cause, m.amount, m.state, m.batch_id as batch, m.line,
       ledger.assessment_no(a.fiscal_year, a.id) as assessment, a.payer_name as payer
  from (select u.id, u.receipt_id, null::bigint as assessment_id, u.cause, u.amount, u.state, u.batch_id, u.line
          from ledger.unallocated_receipt u where u.id = $1 and $2 = 'unallocated'
        union all
        select o.id, o.receipt_id, o.assessment_id, null, o.amount, o.state, o.batch_id, o.line
          from ledger.overpayment o where o.id = $1 and $2 = 'overpayment') m
  join ledger.receipt r on r.id = m.receipt_id
  left join ledger.assessment a on a.id = m.assessment_id
