-- Where the search of budget_line_entries.sql goes on: none when it has seen all. $1 year, $2 fund, $3 before this entry, $4 entries looked through.
select e.id from ledger.entry e
 where e.fiscal_year = $1 and e.fund = $2 and ($3::bigint is null or e.id < $3)
   and e.event in (select r.event from ledger.posting_rule r
                    where '1101' in (r.debit_account, r.credit_account)
                       or exists (select from ledger.posting_rule_version v where v.event = r.event and '1101' in (v.debit_account, v.credit_account)))
 order by e.id desc offset $4 - 1 limit 1
