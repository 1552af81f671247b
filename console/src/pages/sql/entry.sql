-- The lines of one entry from a line of its file on: postings found by their key, and then laid out as in ledger.journal_line. $1 entry,
-- $2 line of the file (null: from the first), $3 postings, $4 only of this budget line (null: all).
with place as materialized (
    select p.* from ledger.posting p
     where p.entry_id = $1 and ($2::bigint is null or p.source_line >= $2) and ($4::text is null or p.budget_line = $4)
     order by p.source_line, p.no limit $3
)
select e.id as entry, e.event, e.fiscal_year, e.booked_on::text, e.fund, p.source_line, s.account, a.name as account_name, a.name_en as account_name_en,
       s.debit, s.credit,
       p.budget_line, p.memo, e.reverses, o.no as order_no, o.batch_id as order_batch, o.line as order_line, p.object, p.object_id
  from place p
  join ledger.entry e on e.id = p.entry_id
 cross join lateral (values (1, p.debit_account, p.amount, 0::bigint), (2, p.credit_account, 0, p.amount)) s (side, account, debit, credit)
  join ledger.account a on a.code = s.account
  left join ledger.payment_order o on p.object = 'payment_order' and o.id = p.object_id
 order by p.source_line, p.no, s.side
