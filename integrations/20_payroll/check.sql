-- 給与: does the payroll come to what it says, do we know what to charge, and was it sent before?
--
-- The topic holds whole files: a payroll that is posted in part pays nobody rightly, one that waits can be mended.
with today as (
    select b.*, h.through as horizon from batch b cross join ledger.calendar_horizon h
), record as (
    select line, pay_month, pay_kind, pay_date from staged_expense
    union all select line, pay_month, pay_kind, pay_date from staged_deduction
    union all select line, pay_month, pay_kind, pay_date from staged_net
), head as materialized (
    select r.*, case when r.pay_date <= d.horizon then not ledger.is_business_day(r.pay_date, 'bank') end as closed_day, r.pay_date > d.horizon as beyond,
           r.pay_date < d.business_date as passed
      from (select * from record order by line limit 1) r cross join today d
), earlier as materialized (
    select * from ledger.payroll_earlier()
), known as (
    select min(version) as version, min(batch_id) as batch_id from earlier where same having count(*) > 0
), file_fault as (
    select null::bigint as line, 'reject' as verdict, 'PAYROLL_WITHOUT_TRAILER' as code, null as field, '{}'::jsonb as detail
     where not exists (select from staged_trailer)
    union all
    -- Counts and sums of the trailer are the layout's; that they come to each other is asked here.
    select t.line, 'reject', 'PAYROLL_IDENTITY', 'net',
           jsonb_build_object('value', t.net, 'gross', t.gross, 'withheld', t.withheld, 'expected', t.gross - t.withheld, 'difference', t.net - (t.gross - t.withheld))
      from staged_trailer t where t.gross <> t.withheld + t.net
    union all
    select r.line, 'reject', 'PAYROLL_MIXED', 'pay_date',
           jsonb_build_object('value', concat_ws(' / ', r.pay_month, r.pay_kind, r.pay_date), 'first', concat_ws(' / ', h.pay_month, h.pay_kind, h.pay_date))
      from record r cross join head h
     where (r.pay_month, r.pay_kind, r.pay_date) <> (h.pay_month, h.pay_kind, h.pay_date)
    union all
    select h.line, v.verdict, v.code, 'pay_date', jsonb_build_object('value', h.pay_date, 'date', h.pay_date, 'last', d.horizon, 'today', d.business_date, 'month', h.pay_month)
      from head h
     cross join today d
     cross join lateral (values
        (h.closed_day, 'reject', 'PAYROLL_NOT_BANK_DAY'),
        (h.beyond, 'hold', 'CALENDAR_BEYOND_HORIZON'),
        (h.passed, 'ask', 'PAYROLL_DAY_PASSED'),
        (to_char(h.pay_date, 'YYYY-MM') <> h.pay_month, 'warn', 'PAYROLL_OTHER_MONTH')) v (hit, verdict, code)
     where v.hit
    union all
    -- Sent again: while nothing of it is approved it takes the earlier one's place; afterwards only differences (区分3) come on top.
    -- A file that waited while a newer one was posted takes nobody's place.
    select h.line, v.verdict, v.code, 'pay_kind', jsonb_build_object('value', h.pay_month, 'version', e.version, 'batch', e.batch_id)
      from earlier e
     cross join head h
     cross join today d
     cross join lateral (values
        (e.ordered and h.pay_kind <> '3', 'reject', 'PAYROLL_ORDERED'),
        ((not e.ordered or h.pay_kind = '3') and e.batch_id > d.id, 'hold', 'PAYROLL_OVERTAKEN'),
        (not e.ordered and e.batch_id < d.id, 'warn', 'PAYROLL_REPLACES')) v (hit, verdict, code)
     where v.hit and not exists (select from known)
    union all
    select h.line, 'warn', 'PAYROLL_BESIDE', 'pay_date', jsonb_build_object('value', h.pay_date, 'month', h.pay_month, 'other', r.pay_date, 'batch', r.batch_id)
      from head h join ledger.payroll_run_in_force r on (r.pay_month, r.pay_kind) = (h.pay_month, h.pay_kind)
     where r.pay_date <> h.pay_date and not exists (select from earlier e where e.run_id = r.id)
), combination as materialized (
    select e.fiscal_year, e.fund, e.subject, e.project, e.section, e.detail, e.organization, e.pay_date, min(e.line) as line, sum(e.amount)::bigint as amount,
           ledger.payroll_line(e.fiscal_year, e.fund, e.subject, e.project, e.section, e.detail) as budget_line
      from staged_expense e group by 1, 2, 3, 4, 5, 6, 7, 8
), expense_fault as (
    select c.line, v.verdict, v.code, v.field, v.detail
      from combination c
     cross join today d
      left join ledger.creditor k on k.no = (select s.payee from ledger.payroll_section_on(c.section, c.pay_date) s)
     cross join lateral (values
        (not coalesce(ledger.fiscal_year_accepts(c.fiscal_year, c.pay_date), false) or d.business_date > make_date(c.fiscal_year + 1, 5, 31), 'reject',
            'PAYROLL_YEAR', 'fiscal_year', jsonb_build_object('value', c.fiscal_year, 'day', c.pay_date, 'today', d.business_date)),
        (not exists (select from ledger.organization o where o.code = c.organization and c.pay_date between o.valid_from and o.valid_to), 'hold',
            'PAYROLL_ORGANIZATION_UNKNOWN', 'organization', jsonb_build_object('value', c.organization, 'day', c.pay_date)),
        (c.budget_line is null, 'hold', 'PAYROLL_LINE_UNKNOWN', 'section',
            jsonb_build_object('value', concat_ws('-', c.fund, c.subject, c.project, c.section, c.detail), 'fiscal_year', c.fiscal_year)),
        (d.business_date between k.suspended_from and coalesce(k.suspended_to, date '9999-12-31'), 'hold', 'CREDITOR_SUSPENDED', 'section',
            jsonb_build_object('creditor', k.no, 'name', k.name, 'from', k.suspended_from))
     ) v (hit, verdict, code, field, detail)
     where v.hit
), replaced as (
    -- What an earlier run that this one replaces has bound is free again.
    select c.fiscal_year, c.fund, c.budget_line, sum(c.amount)::bigint as amount
      from earlier e join ledger.commitment c on c.batch_id = e.batch_id and c.state = 'confirmed'
     where not e.ordered group by 1, 2, 3
), budget_fault as (
    select w.line, 'hold', 'PAYROLL_BUDGET', 'amount', jsonb_build_object('value', w.amount, 'budget_line', w.budget_line, 'remaining', r.remaining)
      from (select fiscal_year, fund, budget_line, min(line) as line, sum(amount)::bigint as amount from combination where budget_line is not null group by 1, 2, 3) w
      left join replaced f on (f.fiscal_year, f.fund, f.budget_line) = (w.fiscal_year, w.fund, w.budget_line)
     cross join lateral (select ledger.budget_remaining(w.fiscal_year, w.fund, w.budget_line) + coalesce(f.amount, 0) as remaining) r
     where w.amount > r.remaining
), deduction_fault as (
    select d.line, 'hold', 'PAYROLL_DEDUCTION_UNKNOWN', 'code', jsonb_build_object('value', d.code)
      from staged_deduction d where not exists (select from ledger.payroll_deduction_kind k where k.code = d.code)
), said as (
    select line, verdict, code, field, detail from file_fault
    union all select line, verdict, code, field, detail from expense_fault where not exists (select from known)
    union all select * from budget_fault where not exists (select from known)
    union all select * from deduction_fault where not exists (select from known)
    union all select l.line, 'skip', 'PAYROLL_KNOWN', null, jsonb_build_object('value', h.pay_month, 'version', k.version, 'batch', k.batch_id)
      from known k cross join head h cross join (select line from record union all select line from staged_trailer) l
)
select s.line, case when s.verdict <> 'ask' then s.verdict
                    when exists (select from answered a where a.line = s.line and a.code = s.code) then 'warn' else 'hold' end as verdict,
       s.code, s.field, s.detail
  from said s
