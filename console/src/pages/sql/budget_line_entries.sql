-- Entries that moved cash on a budget line, among the last ones of its year and fund that could; laid out as in ledger.budget_execution.
-- $1 year, $2 fund, $3 budget line, $4 before this entry, $5 entries looked through.
with cash as materialized (
    select r.event from ledger.posting_rule r
     where '1101' in (r.debit_account, r.credit_account)
        or exists (select from ledger.posting_rule_version v where v.event = r.event and '1101' in (v.debit_account, v.credit_account))
), looked as materialized (
    select e.* from ledger.entry e
     where e.fiscal_year = $1 and e.fund = $2 and e.event in (select event from cash) and ($4::bigint is null or e.id < $4)
     order by e.id desc limit $5
)
select k.id as entry, r.name as rule, k.event, k.booked_on::text as booked_on, k.batch_id as batch, k.file_id as file, k.actor, s.postings, s.yen
  from looked k
  join ledger.posting_rule r on r.event = k.event
  join ledger.budget_line b on (b.fiscal_year, b.fund, b.code) = ($1, $2, $3)
 cross join lateral (
    select count(*) as postings, sum(case when (p.debit_account = '1101') = (b.side = 'revenue') then p.amount else -p.amount end)::bigint as yen
      from ledger.posting p
     where p.entry_id = k.id and p.budget_line = b.code and (p.debit_account = '1101') <> (p.credit_account = '1101')) s
 where s.postings > 0
 order by k.id desc
