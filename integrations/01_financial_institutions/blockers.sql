-- A master is corrected forward: files after this one, and payments, have already relied on it. The right file, sent again, mends it.
select c.line, case when c.branch = '' then 'institution' else 'branch' end as object, c.id as object_id, 'INSTITUTION_CORRECT_FORWARD' as code,
       jsonb_build_object('code', concat_ws('-', c.bank, nullif(c.branch, '')), 'change', c.change) as detail
  from ledger.institution_change c where c.batch_id = (select id from batch)
