-- The invoices and the orders made of them.
select v.batch_id as "受付", v.line as "行", v.invoice_no as "請求書番号", v.creditor as "債権者", v.gross as "税込", v.payable as "請求額",
       (select string_agg(t.category || t.rate || '% ' || t.base || '+' || t.tax, ', ' order by t.category, t.rate) from ledger.invoice_tax t
         where t.invoice_id = v.id) as "税",
       p.no || case when p.organization <> c.organization then ' 所属' || p.organization else '' end as "支出命令", p.commitment as "負担行為", p.fund || '-' || p.budget_line as "予算科目", p.amount as "支出額", p.pay_date as "支払日", p.state as "状態",
       (select string_agg(e.name || '（' || e.document_id || '）', ', ' order by e.name) from ledger.invoice_evidence e where e.invoice_id = v.id) as "証拠書類"
  from ledger.invoice v left join ledger.payment_order p on p.invoice_id = v.id left join ledger.commitment c on c.no = p.commitment
 order by v.batch_id, v.line
