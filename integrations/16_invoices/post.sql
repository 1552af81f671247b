-- 請求 → invoice, its tax rows, and a draft payment order. No journal: the expense is booked when a second person approves the order.

create temp table accepted on commit drop as
select i.*, coalesce(i.prepaid, 0) as already_paid, p.creditor as payee, c.no as commitment, c.fiscal_year, c.fund, c.budget_line,
       c.title as commitment_title, ledger.invoice_content(to_jsonb(i)) as content,
       -- Payment within 30 days of a proper claim; the day before when the bank is closed on that day would be late, so the next.
       ledger.next_business_day(coalesce(i.due, (select business_date from batch) + 30), 'bank') as pay_date
  from staged_invoice i
 cross join lateral ledger.find_creditor(i.creditor, i.invoice_number, i.corporate_number) p
 cross join lateral (
     select * from ledger.commitment c
      where c.no = i.commitment_no or (i.commitment_no is null and c.contract_no = i.contract_no)
      order by c.no limit 1) c;

insert into ledger.invoice (source, source_key, invoice_no, issued_on, due, period_from, period_to, issuer_name, invoice_number, creditor,
                            organization, commitment, net, tax, gross, prepaid, payable, content_hash, batch_id, line)
select source, source_key, invoice_no, issued_on, due, period_from, period_to, issuer_name, invoice_number, payee,
       organization, commitment, net, tax, gross, already_paid, payable, content, (select id from batch), line
  from accepted order by line;

insert into ledger.invoice_tax (invoice_id, category, rate, base, tax)
select v.id, t.category, t.rate, sum(t.base), sum(t.tax)
  from ledger.invoice v
  join (select line, category, rate, base, tax from staged_tax
        union all
        select i.line, t.category, t.rate, t.base, t.tax
          from staged_invoice i,
               lateral (values ('S', 10, i.tax10_base, i.tax10), ('AA', 8, i.tax8_base, i.tax8), ('E', 0, i.exempt_base, 0)) t (category, rate, base, tax)
         where t.base <> 0 or t.tax <> 0) t on t.line = v.line
 where v.batch_id = (select id from batch)
   and exists (select 1 from accepted a where a.line = v.line)
 group by v.id, t.category, t.rate;

insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, invoice_id, commitment, amount, pay_date, memo, made_by, batch_id, line)
select ledger.next_payment_order_no(a.fiscal_year), a.fiscal_year, a.fund, a.budget_line, a.organization, a.payee, v.id, a.commitment,
       a.payable, a.pay_date, a.commitment_title || ' ' || a.invoice_no, (select actor from batch), v.batch_id, a.line
  from accepted a join ledger.invoice v on v.batch_id = (select id from batch) and v.line = a.line
 order by a.line;

insert into posted (line, object, object_id, yen)
select v.line, 'invoice', v.id, v.payable
  from ledger.invoice v
  join ledger.payment_order p on p.invoice_id = v.id and p.amount = v.payable
 where v.batch_id = (select id from batch)
   and exists (select 1 from accepted a where a.line = v.line);
