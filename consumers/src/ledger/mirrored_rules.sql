-- Rules that have an account on the other side than a rule ($1) which is to have it no longer: what one credits, the other debits. As they
-- count on the first day of the change ($4); opening balances are no movements. $2 the debited account it gets, $3 the credited one.
select r.event, r.name, case when s.was_credit then o.credit_account else o.debit_account end as account, s.was_credit as debits
  from ledger.posting_accounts($1, $4::text::date) o
 cross join lateral (values (true, o.credit_account, $3), (false, o.debit_account, $2)) s (was_credit, was, becomes)
  join ledger.posting_rule r on r.event <> $1
 cross join lateral ledger.posting_accounts(r.event, $4::text::date) a
 where not r.opens and s.was is distinct from s.becomes and case when s.was_credit then a.debit_account else a.credit_account end = s.was
 order by r.opens, r.event
