-- 請求 → invoice, its tax rows, and a draft payment order. No journal: the expense is booked when a second person approves the order.

create temp table accepted on commit drop as
with tax_row as (
    select line, category, coalesce(rate, 0) as rate, base, tax from staged_tax
    union all
    select i.line, t.category, t.rate, t.base, t.tax
      from staged_invoice i,
           lateral (values ('S', 10, i.tax10_base, i.tax10), ('AA', 8, i.tax8_base, i.tax8), ('E', 0, i.exempt_base, 0)) t (category, rate, base, tax)
     where t.base <> 0 or t.tax <> 0
), tax_sum as (
    select line, jsonb_agg(jsonb_build_array(category, rate, base, tax) order by category, rate, base) as taxes from tax_row group by line
)
select i.*, s.taxes, n.registration,
       coalesce(i.source_key, concat_ws('-', i.source, coalesce(n.registration, i.corporate_number), i.invoice_no)) as key, p.creditor as payee, c.commitment, coalesce(i.due, (b.received_at at time zone 'Asia/Tokyo')::date + 30) as wanted,
       ledger.invoice_content(to_jsonb(i) || jsonb_build_object('invoice_number', n.registration, 'bank', coalesce(i.bank, a.bank),
           'branch', coalesce(i.branch, a.branch), 'account_kind', coalesce(i.account_kind, a.kind),
           'account_number', coalesce(i.account_number, a.number)), s.taxes) as content
  from staged_invoice i
 cross join batch b
  join tax_sum s using (line)
  left join (select line, max(period_to) as last from staged_detail group by line) lp using (line)
  left join (select distinct on (f.line) f.line, p.*
               from staged_account f cross join lateral ledger.account_parts(f.account) p order by f.line, f.sub) a on a.line = i.line
 cross join lateral (select ledger.registration_number(i.invoice_number) as registration) n
  left join choice kc on kc.line = i.line and kc.object = 'creditor'
  left join choice km on km.line = i.line and km.object = 'commitment'
 cross join lateral ledger.find_creditor(coalesce(kc.chosen, i.creditor), n.registration, i.corporate_number) p
 cross join lateral ledger.find_commitment(coalesce(km.chosen, i.commitment_no), i.contract_no, coalesce(i.period_to, lp.last, i.issued_on)) c;

insert into ledger.invoice (source, source_key, invoice_no, issued_on, due, period_from, period_to, issuer_name, invoice_number, creditor,
                            organization, commitment, net, tax, gross, prepaid, rounding, payable, content_hash, batch_id, line)
select source, key, invoice_no, issued_on, due, period_from, period_to, issuer_name, registration, payee,
       organization, commitment, net, tax, gross, coalesce(prepaid, 0), coalesce(rounding, 0), payable, content, (select id from batch), line
  from accepted order by line;

create temp table booked on commit drop as
select v.id, a.* from accepted a join ledger.invoice v on v.batch_id = (select id from batch) and v.line = a.line;

insert into ledger.invoice_tax (invoice_id, category, rate, base, tax)
select v.id, t ->> 0, (t ->> 1)::bigint, (t ->> 2)::bigint, (t ->> 3)::bigint from booked v, jsonb_array_elements(v.taxes) t;

insert into ledger.invoice_evidence (invoice_id, name, document_id, sha256)
select distinct on (v.id, e.name) v.id, e.name, a.document_id, e.sha256
  from booked v join staged_attachment a on a.line = v.line join evidence e on e.sha256 = a.content
 order by v.id, e.name, a.sub;

insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, invoice_id, commitment, amount, pay_date, memo,
                                  made_by, batch_id, line)
select ledger.next_payment_order_no(m.fiscal_year), m.fiscal_year, m.fund, m.budget_line,
       coalesce(ledger.organization_on(m.organization, b.business_date), m.organization), v.payee, v.id, m.no,
       v.payable, d.day, m.title || ' ' || v.invoice_no, b.actor, b.id, v.line
  from (select * from booked order by line) v
 cross join batch b
  join ledger.commitment m on m.no = v.commitment
  join (select w.wanted, ledger.payment_day(w.wanted, b.business_date) as day
          from batch b, (select distinct wanted from booked) w) d using (wanted)
 order by v.line;

insert into posted (line, object, object_id, yen)
select v.line, 'invoice', v.id, p.amount
  from booked a
  join ledger.invoice v on v.id = a.id
  join ledger.payment_order p on p.invoice_id = v.id;
