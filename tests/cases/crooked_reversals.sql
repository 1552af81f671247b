-- Postings of reversed entries without their mirror, and the other way round.
with pair as (
    select r.reverses as original, r.id as reversal from ledger.entry r where r.reverses is not null
)
select count(*)
  from (select p.original, o.no, o.source_line, o.debit_account, o.credit_account, o.amount, o.object, o.object_id
          from pair p join ledger.posting o on o.entry_id = p.original) o
  full join (select p.original, r.no, r.source_line, r.debit_account, r.credit_account, r.amount, r.object, r.object_id
               from pair p join ledger.posting r on r.entry_id = p.reversal) r
    on (r.original, r.no, r.debit_account, r.credit_account, r.amount) = (o.original, o.no, o.credit_account, o.debit_account, o.amount)
   and (r.source_line, r.object, r.object_id) is not distinct from (o.source_line, o.object, o.object_id)
 where o.no is null or r.no is null
