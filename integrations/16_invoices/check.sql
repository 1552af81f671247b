-- 請求: is it arithmetically sound, do we know whom to pay, is there a commitment to pay it from, have we seen it?
-- Sums and taxes that do not add up are the sender's to mend (reject); everything else waits for a person (hold).

with today as (
    select business_date, (received_at at time zone 'Asia/Tokyo')::date as received, (select through from ledger.calendar_horizon) as horizon from batch
), tax_row as (
    -- JSON nests the breakdown, CSV has it in columns. Out of scope (O) carries no rate.
    select line, category, coalesce(rate, 0) as rate, base, tax from staged_tax
    union all
    select i.line, t.category, t.rate, t.base, t.tax
      from staged_invoice i,
           lateral (values ('S', 10, i.tax10_base, i.tax10), ('AA', 8, i.tax8_base, i.tax8), ('E', 0, i.exempt_base, 0)) t (category, rate, base, tax)
     where t.base <> 0 or t.tax <> 0
), tax_sum as (
    select line, sum(base)::bigint as base, sum(tax)::bigint as tax,
           jsonb_agg(jsonb_build_array(category, rate, base, tax) order by category, rate, base) as content
      from tax_row group by line
), account as (
    -- Fields of the record, or a text of a digital invoice, of which there may be several.
    select line, 0 as sub, bank, branch, account_kind as kind, account_number as number, concat_ws('-', bank, branch, account_kind, account_number) as written
      from staged_invoice where num_nonnulls(bank, branch, account_kind, account_number) > 0
    union all
    select s.line, s.sub, p.bank, p.branch, p.kind, p.number, s.account from staged_account s cross join lateral ledger.account_parts(s.account) p
), correction as (
    select line, preceding_invoice_no as invoice_no from staged_invoice where preceding_invoice_no is not null
    union all
    select line, invoice_no from staged_preceding
), claim as (
    select i.*, coalesce(i.prepaid, 0) as already_paid, coalesce(i.period_to, lp.last, i.issued_on) as delivered,
           -- Thirty days from the day the claim came: a line that was held has no more time for it.
           coalesce(i.due, d.received + 30) as wanted, n.registration,
           p.creditor as payee, p.candidates as payees, c.commitment, c.candidates as commitments,
           ledger.invoice_content(to_jsonb(i) || jsonb_build_object('invoice_number', n.registration, 'bank', a.bank, 'branch', a.branch,
               'account_kind', a.kind, 'account_number', a.number), s.content) as content
      from staged_invoice i
     cross join today d
     cross join lateral (select ledger.registration_number(i.invoice_number) as registration) n
      left join tax_sum s using (line)
      -- A digital invoice may say its period on its lines alone.
      left join (select line, max(period_to) as last from staged_detail group by line) lp using (line)
      -- What a person chose for a held line goes before what the line says.
      left join choice kc on kc.line = i.line and kc.object = 'creditor'
      left join choice km on km.line = i.line and km.object = 'commitment'
      left join lateral ledger.find_creditor(coalesce(kc.chosen, i.creditor), n.registration, i.corporate_number) p on true
      left join lateral ledger.find_commitment(coalesce(km.chosen, i.commitment_no), i.contract_no, coalesce(i.period_to, lp.last, i.issued_on)) c on true
      left join (select distinct on (line) * from account order by line, sub) a on a.line = i.line
), pay_day as materialized (
    select w.wanted, ledger.payment_day(w.wanted, d.business_date) as day
      from today d, (select distinct wanted from claim) w
), remaining as materialized (
    select c.commitment, ledger.commitment_remaining(c.commitment) as yen from (select distinct commitment from claim) c where c.commitment is not null
), numbered as (
    -- The issuer alone makes the number unique, whatever system carries it.
    select line, payee, content, first_value(line) over same as first_line, first_value(content) over same as first_content
      from claim where payee is not null window same as (partition by payee, invoice_no, issued_on order by line)
), seen as (
    select c.line, v.content_hash = c.content as same
      from claim c join ledger.invoice v on (v.creditor, v.invoice_no, v.issued_on) = (c.payee, c.invoice_no, c.issued_on) and v.cancelled_at is null
    union all
    select n.line, n.first_content = n.content from numbered n where n.first_line <> n.line
), in_file as (
    -- The first of each kind before a line, by one pass: a file may ask ten thousand times for one amount.
    select line, payable, invoice_no,
           case when not without then first_value(invoice_no) over (partition by payee, payable, period_from, period_to order by line) end as same_period,
           case when without then first_value(invoice_no) over (partition by payee, payable, issued_on order by line) end as same_day,
           min(invoice_no) filter (where without) over (partition by payee, payable, issued_on order by line) as same_day_without
      from (select *, num_nulls(period_from, period_to) > 0 as without from claim where payee is not null) c
), twin as (
    -- Another number, but the same creditor, amount and period: asked for twice? Where one of them names no period, the same day of issue
    -- will do. The ledger's invoices and the file's earlier ones alike.
    select c.line, c.payable, v.invoice_no as other
      from claim c
      join ledger.invoice v on v.creditor = c.payee and v.payable = c.payable and v.cancelled_at is null
     where v.invoice_no <> c.invoice_no
       and ((v.period_from, v.period_to) = (c.period_from, c.period_to)
            or v.issued_on = c.issued_on and (num_nulls(v.period_from, v.period_to) > 0 or num_nulls(c.period_from, c.period_to) > 0))
    union all
    select line, payable, other
      from in_file cross join lateral (values (same_period), (same_day), (same_day_without)) o (other)
     where o.other <> invoice_no
), claimed as (
    -- What the file itself claims against one commitment counts together, in file order.
    select c.line, c.commitment, c.payable, r.yen as remaining, sum(c.payable) over (partition by c.commitment order by c.line) as total
      from claim c join remaining r using (commitment)
     where c.payable > 0 and not exists (select from seen s where s.line = c.line)
)

-- Arithmetic
select i.line, 'reject' as verdict, 'INVOICE_SUM_NET' as code, 'net' as field, jsonb_build_object('found', i.net, 'expected', s.base) as detail
  from staged_invoice i join tax_sum s using (line) where i.net <> s.base
union all
select i.line, 'reject', 'INVOICE_SUM_TAX', 'tax', jsonb_build_object('found', i.tax, 'expected', s.tax)
  from staged_invoice i join tax_sum s using (line) where i.tax <> s.tax
union all
select line, 'reject', 'INVOICE_SUM_GROSS', 'gross', jsonb_build_object('found', gross, 'expected', net + tax)
  from staged_invoice where gross <> net + tax
union all
select line, 'reject', 'INVOICE_SUM_PAYABLE', 'payable', jsonb_build_object('found', payable, 'expected', gross - already_paid + coalesce(rounding, 0))
  from claim where payable <> gross - already_paid + coalesce(rounding, 0)
union all
select i.line, 'reject', 'INVOICE_WITHOUT_TAX_ROWS', 'tax', '{}'
  from staged_invoice i where not exists (select from tax_sum t where t.line = i.line)
union all
-- One rounding per rate: any amount between floor and ceiling of base × rate is right.
select line, 'reject', 'INVOICE_TAX_OUT_OF_BOUNDS', 'tax',
       jsonb_build_object('rate', rate, 'base', base, 'found', tax, 'floor', floor(base * rate / 100.0), 'ceiling', ceil(base * rate / 100.0))
  from tax_row where rate <> 0 and tax not between floor(base * rate / 100.0) and ceil(base * rate / 100.0)
union all
select line, 'reject', 'INVOICE_TAX_RATE', 'tax', jsonb_build_object('category', category, 'rate', rate)
  from tax_row where rate <> case category when 'S' then 10 when 'AA' then 8 else 0 end or (rate = 0 and tax <> 0)
union all
select line, 'reject', 'INVOICE_TAX_TWICE', 'tax', jsonb_build_object('category', category, 'rate', rate)
  from tax_row group by line, category, rate having count(*) > 1
union all
select line, 'reject', 'INVOICE_PERIOD', 'period_to', jsonb_build_object('from', period_from, 'to', period_to)
  from staged_invoice where period_to < period_from
union all
select line, 'reject', 'INVOICE_NUMBER_FORM', 'invoice_number', jsonb_build_object('value', invoice_number)
  from claim where registration !~ '^T[0-9]{13}$'
union all
select i.line, 'reject', 'ORGANIZATION_UNKNOWN', 'organization', jsonb_build_object('value', i.organization, 'date', d.business_date)
  from staged_invoice i cross join today d
 where not exists (select from ledger.organization o where o.code = i.organization and d.business_date between o.valid_from and o.valid_to)
   -- A sender may still write the code from before a reform, while one organization carries it.
   and ledger.organization_on(i.organization, d.business_date) is null

-- A person must decide
union all
select line, 'hold', 'INVOICE_NOT_YEN', 'currency', jsonb_build_object('value', currency, 'amount', coalesce(payable_foreign, payable::text, '—'), 'net', coalesce(net_foreign, net::text, '—'))
  from staged_invoice where currency <> 'JPY'
union all
select line, 'hold', 'INVOICE_NEGATIVE', 'payable', jsonb_build_object('value', payable) from staged_invoice where payable <= 0
union all
select c.line, 'hold', 'INVOICE_FROM_THE_FUTURE', 'issued_on', jsonb_build_object('value', c.issued_on)
  from claim c cross join today d
 where c.issued_on > d.business_date
   and not exists (select from answered a where a.line = c.line and a.code = 'INVOICE_FROM_THE_FUTURE')
union all
select line, 'hold', 'CREDITOR_UNKNOWN', 'creditor',
       jsonb_build_object('issuer', issuer_name, 'invoice_number', coalesce(invoice_number, '—'), 'creditor', coalesce(creditor, '—'))
  from claim where payee is null
union all
select line, 'hold', 'CREDITOR_AMBIGUOUS', 'creditor', jsonb_build_object('issuer', issuer_name, 'count', payees) from claim where payees > 1
union all
select c.line, 'hold', 'CREDITOR_CONTRADICTION', 'invoice_number',
       jsonb_build_object('creditor', k.no, 'name', k.name, 'registered', concat_ws(' ', k.invoice_number, k.corporate_number),
                          'claimed', concat_ws(' ', c.registration, c.corporate_number))
  from claim c join ledger.creditor k on k.no = c.payee
 where k.invoice_number <> c.registration or k.corporate_number <> c.corporate_number
union all
select c.line, 'hold', 'CREDITOR_SUSPENDED', 'creditor', jsonb_build_object('creditor', k.no, 'name', k.name, 'from', k.suspended_from)
  from claim c cross join today d join ledger.creditor k on k.no = c.payee
 where d.business_date between k.suspended_from and coalesce(k.suspended_to, date '9999-12-31')
union all
-- An account other than the registered one is the classic fraud: nobody pays it before the creditor was asked by another way.
select c.line, 'hold', 'ACCOUNT_DIFFERS', 'account_number',
       jsonb_build_object('creditor', c.payee, 'claimed', string_agg(a.written, ', ' order by a.sub))
  from claim c join account a using (line) cross join today d
 where c.payee is not null
   and not exists (select from ledger.creditor_account k
                    where k.creditor = c.payee and d.business_date between k.valid_from and k.valid_to
                      -- One that cannot be told apart into bank and number is not the registered one.
                      and num_nonnulls(a.bank, a.branch, a.kind, a.number) > 0
                      and k.bank = coalesce(a.bank, k.bank) and k.branch = coalesce(a.branch, k.branch)
                      and k.kind = coalesce(a.kind, k.kind) and k.number = coalesce(a.number, k.number))
 group by c.line, c.payee
union all
-- What a correction takes the place of may be paid already.
select c.line, 'hold', 'INVOICE_CORRECTS', 'preceding_invoice_no',
       jsonb_build_object('value', string_agg(distinct p.invoice_no, ', '),
                          'orders', coalesce(string_agg(distinct o.no || ' ' || o.state, ', '), '—'))
  from claim c join correction p using (line)
  left join ledger.invoice v on v.creditor = c.payee and v.invoice_no = p.invoice_no and v.cancelled_at is null
  left join ledger.payment_order o on o.invoice_id = v.id
 where not exists (select from answered a where a.line = c.line and a.code = 'INVOICE_CORRECTS')
 group by c.line
union all
-- Nobody has compared what the network's invoice calls paid with what the ward has paid.
select c.line, 'hold', 'INVOICE_PREPAID', 'prepaid', jsonb_build_object('value', c.already_paid)
  from claim c
 where c.source = 'PPL' and c.already_paid <> 0
   and not exists (select from answered a where a.line = c.line and a.code = 'INVOICE_PREPAID')
union all
-- 適格請求書発行事業者公表サイト: registered on the day of the delivery?
select c.line, 'hold', 'REGISTRATION_NOT_IN_FORCE', 'invoice_number',
       jsonb_build_object('value', c.registration, 'day', c.delivered, 'from', r.registered_on, 'until', coalesce(r.ended_on::text, '—'),
                          'name', r.name)
  from claim c join ledger.qualified_issuer r on r.number = c.registration
 where not coalesce(c.delivered >= r.registered_on and c.delivered < coalesce(r.ended_on, date '9999-12-31'), false)
   and not exists (select from answered a where a.line = c.line and a.code = 'REGISTRATION_NOT_IN_FORCE')
union all
select line, 'hold', 'COMMITMENT_UNKNOWN', 'commitment_no',
       jsonb_build_object('commitment', coalesce(commitment_no, '—'), 'contract', coalesce(contract_no, '—'), 'year', ledger.fiscal_year(delivered))
  from claim where commitment is null
union all
select line, 'hold', 'COMMITMENT_AMBIGUOUS', 'contract_no', jsonb_build_object('contract', contract_no, 'count', commitments)
  from claim where commitments > 1
union all
-- A draft binds budget, but nothing can be ordered against it before the contract; a cancelled one binds nothing.
select c.line, 'hold', 'COMMITMENT_NOT_CONFIRMED', 'commitment_no', jsonb_build_object('commitment', m.no, 'state', m.state)
  from claim c join ledger.commitment m on m.no = c.commitment where m.state <> 'confirmed'
union all
select c.line, 'hold', 'COMMITMENT_OF_ANOTHER', 'commitment_no', jsonb_build_object('commitment', m.no, 'creditor', m.creditor, 'payee', c.payee)
  from claim c join ledger.commitment m on m.no = c.commitment where m.creditor <> c.payee
union all
select c.line, 'hold', 'COMMITMENT_OF_ANOTHER_YEAR', 'commitment_no',
       jsonb_build_object('commitment', m.no, 'year', m.fiscal_year, 'delivered', c.delivered)
  from claim c join ledger.commitment m on m.no = c.commitment
 where m.fiscal_year <> ledger.fiscal_year(c.delivered)
   and not exists (select from answered a where a.line = c.line and a.code = 'COMMITMENT_OF_ANOTHER_YEAR')
union all
select line, 'hold', 'COMMITMENT_EXHAUSTED', 'payable', jsonb_build_object('commitment', commitment, 'remaining', remaining, 'payable', payable)
  from claimed where total > remaining
union all
select c.line, 'hold', 'FISCAL_AFTER_CLOSING', 'due', jsonb_build_object('value', p.day, 'year', m.fiscal_year)
  from claim c join pay_day p using (wanted) join ledger.commitment m on m.no = c.commitment
 where not ledger.fiscal_year_accepts(m.fiscal_year, p.day)
union all
select c.line, 'hold', 'CALENDAR_BEYOND_HORIZON', 'due', jsonb_build_object('date', c.wanted, 'last', d.horizon)
  from claim c cross join today d join pay_day p using (wanted) where p.day is null
union all
select s.line, 'hold', 'INVOICE_CHANGED', 'invoice_no', jsonb_build_object('value', c.invoice_no)
  from seen s join claim c using (line) group by s.line, c.invoice_no having not bool_or(s.same)
union all
select t.line, 'hold', 'INVOICE_LOOKS_PAID_ALREADY', 'payable', jsonb_build_object('value', t.payable, 'other', min(t.other))
  from twin t
 where not exists (select from answered a where a.line = t.line and a.code = 'INVOICE_LOOKS_PAID_ALREADY')
 group by t.line, t.payable

-- Known already
union all
select s.line, 'skip', 'INVOICE_SEEN', 'invoice_no', jsonb_build_object('value', c.invoice_no)
  from seen s join claim c using (line) group by s.line, c.invoice_no having bool_or(s.same)

-- Worth saying
union all
select line, 'warn', 'INVOICE_WITHOUT_NUMBER', 'invoice_number', jsonb_build_object('issuer', issuer_name)
  from staged_invoice where invoice_number is null
union all
select c.line, 'warn', 'INVOICE_DUE_PASSED', 'due', jsonb_build_object('value', c.wanted, 'day', p.day)
  from claim c join pay_day p using (wanted) where c.wanted < p.day
union all
-- 政府契約の支払遅延防止法 §6: 30 days after a proper claim, 40 for works (節14 工事請負費). A later day is the issuer's to grant, not ours to take.
select c.line, 'warn', 'INVOICE_DUE_LATE', 'due', jsonb_build_object('value', c.due, 'days', w.days, 'latest', d.received + w.days)
  from claim c cross join today d
  left join ledger.commitment m on m.no = c.commitment
 cross join lateral (select case when right(m.budget_line, 2) = '14' then 40 else 30 end as days) w
 where c.due > d.received + w.days
union all
select c.line, 'hold', 'COMMITMENT_ORPHANED', 'commitment_no', jsonb_build_object('value', m.no, 'organization', m.organization)
  from claim c cross join today d join ledger.commitment m on m.no = c.commitment
 where not exists (select from ledger.organization o where o.code = m.organization and d.business_date between o.valid_from and o.valid_to)
   and ledger.organization_on(m.organization, d.business_date) is null
   and not exists (select from answered a where a.line = c.line and a.code = 'COMMITMENT_ORPHANED')
union all
-- Allowances and charges on the whole document stand between the detail lines and the net total.
select i.line, 'warn', 'INVOICE_DETAIL_DIFFERS', 'net', jsonb_build_object('found', i.net, 'details', s.amount)
  from staged_invoice i
  join (select line, sum(amount) as amount
          from (select line, amount from staged_detail
                union all
                select line, case charge when 'true' then amount else -amount end from staged_allowance) part
         group by line) s using (line)
 where s.amount <> i.net and exists (select from staged_detail d where d.line = i.line)
