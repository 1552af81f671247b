-- Commitments a held line may mean: those looked for ($1: number, contract, title, creditor), or else those that fit what the line says.
-- $1 text (null: none), $2 what the line says. What has nothing left comes last.
select m.no, m.contract_no, m.title, m.fiscal_year, m.budget_line, m.creditor, k.name as creditor_name, m.amount,
       ledger.commitment_remaining(m.no) as remaining, m.state
  from ledger.commitment m
  left join ledger.creditor k on k.no = m.creditor
 where m.state <> 'cancelled'
   and case when $1::text is not null then $1 in (m.no, m.contract_no, m.tender_no, m.creditor) or position($1 in m.title) > 0
            else m.no = $2 ->> 'commitment_no' or m.contract_no = $2 ->> 'contract_no' or m.tender_no = $2 ->> 'tender_no' end
 order by ledger.commitment_remaining(m.no) <= 0, m.fiscal_year desc, m.committed_on desc, m.no
 limit 20
