-- The notices, and what the commitments they name are now; then each step with its change.
select n.batch_id as "受付", n.line as "行", n.contract_no || '-' || lpad(n.revision::text, 2, '0') as "契約", n.document_id as "文書", n.status as "状態",
       n.creditor as "債権者", n.amount as "契約金額", n.commitment as "負担行為", c.state as "負担行為の状態", c.amount as "負担行為額", c.contract_no as "その契約",
       (select string_agg(s.why || ' ' || s.state_before || '→' || s.state_after || ' ' || s.amount_before || '→' || s.amount_after, ' / ' order by s.id)
          from ledger.commitment_step s where s.commitment = n.commitment and s.line = n.line and s.batch_id = n.batch_id) as "処理",
       e.name as "PDF", case when e.sha256 = n.pdf_sha256 then '一致' else '不一致' end as "PDFハッシュ", case when n.cancelled_at is null then '' else '取消' end as "取消"
  from ledger.contract_notice n
  left join ledger.commitment c on c.no = n.commitment
  left join intake.evidence e on e.batch_id = n.batch_id and e.name = n.pdf_name
 order by n.batch_id, n.line
