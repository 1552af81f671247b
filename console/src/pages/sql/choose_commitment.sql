-- Commitments a held line may mean: those looked for ($1: number, contract or tender or a part of it, title, creditor's number or name), or
-- else those that fit what the line says. $1 text (null: none), $2 what the line says. What has nothing left comes last; it is reckoned
-- for the newest alone.
select f.no, f.contract_no, f.title, f.fiscal_year, f.budget_line, f.creditor, f.creditor_name, f.amount, r.remaining, f.state
  from (select m.*, k.name as creditor_name, ($1 in (m.no, m.contract_no)) is true as exactly
          from ledger.commitment m
          left join ledger.creditor k on k.no = m.creditor
         where m.state <> 'cancelled'
           and case when $1::text is not null then $1 = m.creditor or position(upper($1) in concat_ws(' ', m.no, m.contract_no, m.tender_no)) > 0
                         or position($1 in m.title) > 0 or position($1 in k.name) > 0
                    else m.no = $2 ->> 'commitment_no' or m.contract_no = $2 ->> 'contract_no' or m.tender_no = $2 ->> 'tender_no' end
         order by exactly desc, m.fiscal_year desc, m.committed_on desc, m.no
         limit 60) f
 cross join lateral (select ledger.commitment_remaining(f.no) as remaining) r
 order by f.exactly desc, r.remaining <= 0, f.fiscal_year desc, f.committed_on desc, f.no
 limit 20
