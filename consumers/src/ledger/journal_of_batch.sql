-- What the batch posted, and what became of the payment orders it made: in the order of its file. The first postings are found by keys,
-- and only then are their two sides laid out as in ledger.journal_line: the size of the books does not matter. $1 batch, $2 lines.
with place as materialized (
    (select p.*
       from ledger.entry e
      cross join lateral (select p.* from ledger.posting p where p.entry_id = e.id order by p.source_line, p.no limit $2) p
      where e.batch_id = $1 order by p.entry_id, p.source_line, p.no limit $2)
    union all
    (select p.*
       from ledger.payment_order o
       join ledger.posting p on p.object_id = o.id and p.object in ('payment_order', 'staff_payment')
       join ledger.entry e on e.id = p.entry_id
      where o.batch_id = $1 and p.object = 'payment_order' and e.batch_id is distinct from $1
      order by p.entry_id, p.source_line, p.no limit $2)
)
select e.id as entry, e.event, e.fiscal_year, e.booked_on::text, e.fund, p.source_line, s.account, a.name as account_name, a.name_en as account_name_en,
       s.debit, s.credit,
       p.budget_line, p.memo, e.reverses, o.no as order_no, o.batch_id as order_batch, o.line as order_line, p.object, p.object_id
  from (select p.* from place p order by p.entry_id, p.source_line, p.no limit $2) p
  join ledger.entry e on e.id = p.entry_id
 cross join lateral (values (1, p.debit_account, p.amount, 0::bigint), (2, p.credit_account, 0, p.amount)) s (side, account, debit, credit)
  join ledger.account a on a.code = s.account
  left join ledger.payment_order o on p.object = 'payment_order' and o.id = p.object_id
 order by e.id, p.source_line, p.no, s.side
 limit $2
