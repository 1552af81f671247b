-- 請求: is it arithmetically sound, do we know whom to pay, is there a commitment to pay it from, have we seen it?
-- Sums and taxes that do not add up are the sender's to mend (reject); everything else waits for a person (hold).

with tax_row as (
    select line, category, rate, base, tax from staged_tax
    union all
    select i.line, t.category, t.rate, t.base, t.tax
      from staged_invoice i,
           lateral (values ('S', 10, i.tax10_base, i.tax10), ('AA', 8, i.tax8_base, i.tax8), ('E', 0, i.exempt_base, 0)) t (category, rate, base, tax)
     where t.base <> 0 or t.tax <> 0
), tax_sum as (
    select line, sum(base) as base, sum(tax) as tax from tax_row group by line
), claim as (
    select i.*, coalesce(i.prepaid, 0) as already_paid, p.creditor as payee,
           coalesce(c.no, '') as commitment, c.creditor as commitment_creditor, c.amount as commitment_amount,
           ledger.invoice_content(to_jsonb(i)) as content
      from staged_invoice i
      left join lateral ledger.find_creditor(i.creditor, i.invoice_number, i.corporate_number) p on true
      left join lateral (
          select * from ledger.commitment c
           where c.no = i.commitment_no or (i.commitment_no is null and c.contract_no = i.contract_no)
           order by c.no limit 1) c on true
), seen as (
    select c.line, v.invoice_no, v.content_hash from claim c
      join ledger.invoice v on v.creditor = c.payee and v.invoice_no = c.invoice_no and v.issued_on = c.issued_on and v.cancelled_at is null
)

-- Arithmetic
select line, 'reject' as verdict, 'INVOICE_SUM_NET' as code, 'net' as field,
       jsonb_build_object('found', i.net, 'expected', s.base) as detail
  from staged_invoice i join tax_sum s using (line) where i.net <> s.base
union all
select i.line, 'reject', 'INVOICE_SUM_TAX', 'tax', jsonb_build_object('found', i.tax, 'expected', coalesce(s.tax, 0))
  from staged_invoice i left join tax_sum s using (line) where i.tax <> coalesce(s.tax, 0)
union all
select line, 'reject', 'INVOICE_SUM_GROSS', 'gross', jsonb_build_object('found', gross, 'expected', net + tax)
  from staged_invoice where gross <> net + tax
union all
select line, 'reject', 'INVOICE_SUM_PAYABLE', 'payable', jsonb_build_object('found', payable, 'expected', gross - coalesce(prepaid, 0))
  from staged_invoice where payable <> gross - coalesce(prepaid, 0)
union all
select i.line, 'reject', 'INVOICE_WITHOUT_TAX_ROWS', 'tax', '{}'
  from staged_invoice i where not exists (select 1 from tax_row t where t.line = i.line)
union all
-- One rounding per rate: any amount between floor and ceiling of base × rate is right.
select line, 'reject', 'INVOICE_TAX_OUT_OF_BOUNDS', 'tax',
       jsonb_build_object('category', category, 'rate', rate, 'base', base, 'found', tax,
                          'floor', floor(base * rate / 100.0)::bigint, 'ceiling', ceil(base * rate / 100.0)::bigint)
  from tax_row where rate <> 0 and tax not between floor(base * rate / 100.0) and ceil(base * rate / 100.0)
union all
select line, 'reject', 'INVOICE_TAX_RATE', 'tax', jsonb_build_object('category', category, 'rate', rate)
  from tax_row where rate <> case category when 'S' then 10 when 'AA' then 8 else 0 end or (rate = 0 and tax <> 0)
union all
select d.line, 'reject', 'INVOICE_SUM_DETAIL', 'net', jsonb_build_object('found', i.net, 'expected', d.amount)
  from (select line, sum(amount) as amount from staged_detail group by line) d join staged_invoice i using (line) where d.amount <> i.net
union all
select line, 'reject', 'INVOICE_PERIOD', 'period_to', jsonb_build_object('from', period_from, 'to', period_to)
  from staged_invoice where period_to < period_from
union all
select line, 'reject', 'INVOICE_NUMBER_FORM', 'invoice_number', jsonb_build_object('value', invoice_number)
  from staged_invoice where invoice_number is not null and invoice_number !~ '^T[0-9]{13}$'
union all
select line, 'reject', 'ORGANIZATION_UNKNOWN', 'organization', jsonb_build_object('value', organization)
  from staged_invoice i
 where not exists (select 1 from ledger.organization o where o.code = i.organization and (select business_date from batch) between o.valid_from and o.valid_to)

-- A person must decide
union all
select line, 'hold', 'INVOICE_NOT_YEN', 'currency', jsonb_build_object('value', currency) from staged_invoice where currency <> 'JPY'
union all
select line, 'hold', 'INVOICE_NEGATIVE', 'payable', jsonb_build_object('value', payable) from staged_invoice where payable <= 0
union all
select line, 'hold', 'CREDITOR_UNKNOWN', 'creditor',
       jsonb_build_object('issuer', issuer_name, 'invoice_number', coalesce(invoice_number, '—'), 'creditor', coalesce(creditor, '—'))
  from claim where payee is null
union all
select c.line, 'hold', 'CREDITOR_SUSPENDED', 'creditor', jsonb_build_object('creditor', c.payee)
  from claim c join ledger.creditor k on k.no = c.payee
 where (select business_date from batch) between k.suspended_from and coalesce(k.suspended_to, date '9999-12-31')
union all
-- An account other than the registered one is the classic fraud: nobody pays it before the creditor was asked by another way.
select c.line, 'hold', 'ACCOUNT_DIFFERS', 'account_number',
       jsonb_build_object('creditor', c.payee, 'claimed', concat_ws('-', c.bank, c.branch, c.account_kind, c.account_number))
  from claim c
 where c.payee is not null and c.account_number is not null
   and not exists (select 1 from ledger.creditor_account k
                    where k.creditor = c.payee and (select business_date from batch) between k.valid_from and k.valid_to
                      and (k.bank, k.branch, k.number) = (c.bank, c.branch, c.account_number) and k.kind = coalesce(c.account_kind, k.kind))
union all
select line, 'hold', 'COMMITMENT_UNKNOWN', 'commitment_no',
       jsonb_build_object('commitment', coalesce(commitment_no, '—'), 'contract', coalesce(contract_no, '—'))
  from claim where commitment = ''
union all
select line, 'hold', 'COMMITMENT_OF_ANOTHER', 'commitment_no',
       jsonb_build_object('commitment', commitment, 'creditor', commitment_creditor, 'payee', payee)
  from claim where commitment <> '' and payee is not null and commitment_creditor <> payee
union all
-- What the file itself claims against one commitment counts together, in file order.
select line, 'hold', 'COMMITMENT_EXHAUSTED', 'payable', jsonb_build_object('commitment', commitment, 'remaining', remaining, 'payable', payable)
  from (select c.line, c.commitment, c.payable, ledger.commitment_remaining(c.commitment) as remaining,
               sum(c.payable) over (partition by c.commitment order by c.line) as claimed
          from claim c where c.commitment <> '' and c.payable > 0 and not exists (select 1 from seen s where s.line = c.line)) x
 where claimed > remaining
union all
select s.line, 'hold', 'INVOICE_CHANGED', 'invoice_no', jsonb_build_object('invoice_no', s.invoice_no)
  from seen s join claim c using (line) where s.content_hash <> c.content
union all
select c.line, 'hold', 'INVOICE_LOOKS_PAID_ALREADY', 'payable',
       jsonb_build_object('payable', c.payable, 'other', v.invoice_no)
  from claim c join ledger.invoice v
    on v.creditor = c.payee and v.payable = c.payable and v.period_from = c.period_from and v.period_to = c.period_to and v.cancelled_at is null
 where v.invoice_no <> c.invoice_no and not (select again from batch)

-- Known already
union all
select s.line, 'skip', 'INVOICE_SEEN', 'invoice_no', jsonb_build_object('invoice_no', s.invoice_no)
  from seen s join claim c using (line) where s.content_hash = c.content

-- Worth saying
union all
select line, 'warn', 'INVOICE_WITHOUT_NUMBER', 'invoice_number', jsonb_build_object('issuer', issuer_name)
  from staged_invoice where invoice_number is null;
