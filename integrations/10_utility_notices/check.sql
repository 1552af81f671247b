-- 公共料金支払事前通知: is it our account, a day the bank can debit, a contract we know; has it been announced before?
-- The bank debits whether we like it or not. So a charge that we cannot place waits for a person; only a file that cannot be right is refused.

with today as (
    select b.business_date, b.again, (b.received_at at time zone 'Asia/Tokyo')::date as received, (select through from ledger.calendar_horizon) as horizon,
           (select value::int from setting where key = 'days_ahead_max') as days_ahead_max,
           (select value::numeric from setting where key = 'sum_percent_max') as percent_max
      from batch b
), notice as materialized (
    -- With the commitment of the contract, or the one a person chose for a held line (choice).
    select n.*, n.debit_date > t.horizon as beyond,
           row_number() over (partition by n.collector, n.customer_no, n.debit_date, n.amount order by n.line) as nth,
           exists (select from ledger.utility_charge u
                    where (u.collector, u.customer_no, u.debit_date, u.amount) = (n.collector, n.customer_no, n.debit_date, n.amount)
                      and u.cancelled_at is null) as seen,
           t.again and exists (select from answered a where a.line = n.line and a.code in ('UTILITY_TWICE', 'UTILITY_TWICE_IN_FILE')) as on_purpose
      from ledger.utility_notice() n cross join today t
), day as materialized (
    -- Asked once a day, not once a line.
    select d.debit_date, ledger.is_business_day(d.debit_date, 'bank') as open
      from (select distinct debit_date from notice where not beyond) d
), bound as (
    -- What the file itself binds of one budget line counts together, in file order; what has a commitment of its own is bound already.
    select n.line, n.fiscal_year, n.fund, n.budget_line, l.code is not null as known, r.remaining,
           sum(n.amount) over (partition by n.fiscal_year, n.fund, n.budget_line order by n.line) as total
      from notice n
      left join ledger.budget_line l
        on (l.fiscal_year, l.fund, l.code) = (n.fiscal_year, n.fund, n.budget_line) and l.side = 'expenditure'
      left join (select d.*, ledger.budget_remaining(d.fiscal_year, d.fund, d.budget_line) as remaining
                   from (select distinct fiscal_year, fund, budget_line from notice where contract_id is not null) d) r
        on (r.fiscal_year, r.fund, r.budget_line) = (n.fiscal_year, n.fund, n.budget_line)
     -- A second debit that is posted on purpose is paid like the first.
     where n.contract_id is not null and n.commitment is null and (not n.seen or n.on_purpose)
), claimed as (
    select n.line, n.commitment, m.state, m.fiscal_year, (m.fund, m.budget_line) = (n.fund, n.budget_line) as same_line,
           ledger.commitment_remaining(m.no) as remaining, n.fiscal_year as wanted,
           sum(n.amount) over (partition by n.commitment order by n.line) as total
      from notice n join ledger.commitment m on m.no = n.commitment where not n.seen or n.on_purpose
), month as (
    -- A collector's month, this file included, beside the month before.
    select f.collector, f.month, f.first_line, f.yen + coalesce(sum(u.amount) filter (where u.debit_date >= f.month), 0) as yen,
           coalesce(sum(u.amount) filter (where u.debit_date < f.month), 0) as before
      from (select n.collector, date_trunc('month', n.debit_date)::date as month, min(n.line) as first_line, sum(n.amount) as yen
              from notice n where not n.seen or n.on_purpose group by 1, 2) f
      left join ledger.utility_charge u
        on u.collector = f.collector and u.cancelled_at is null
       and u.debit_date >= (f.month - interval '1 month')::date and u.debit_date < (f.month + interval '1 month')::date
     group by f.collector, f.month, f.first_line, f.yen
)

select n.line, 'reject' as verdict, 'UTILITY_ACCOUNT_NOT_OURS' as code, 'account' as field,
       jsonb_build_object('value', concat_ws('-', n.bank, n.branch, n.account_kind, n.account)) as detail
  from notice n where n.debit_account is null
union all
select n.line, 'reject', 'UTILITY_DEBIT_NOT_BANK_DAY', 'debit_date', jsonb_build_object('value', n.debit_date)
  from notice n join day d using (debit_date) where not d.open
union all
select n.line, 'reject', 'UTILITY_DEBIT_TOO_FAR', 'debit_date',
       jsonb_build_object('value', n.debit_date, 'received', t.received, 'days', t.days_ahead_max)
  from notice n cross join today t where n.debit_date > t.received + t.days_ahead_max

-- A person must decide
union all
select n.line, 'hold', 'CALENDAR_BEYOND_HORIZON', 'debit_date', jsonb_build_object('date', n.debit_date, 'last', t.horizon)
  from notice n cross join today t where n.beyond
union all
select n.line, 'hold', 'UTILITY_DEBIT_PASSED', 'debit_date', jsonb_build_object('value', n.debit_date, 'received', t.received)
  from notice n cross join today t
 where n.debit_date < t.received
   and not exists (select from answered a where a.line = n.line and a.code = 'UTILITY_DEBIT_PASSED')
union all
select n.line, 'hold', 'UTILITY_COLLECTOR_UNKNOWN', 'collector', jsonb_build_object('value', n.collector, 'name', coalesce(n.collector_name, '—'))
  from notice n where n.charge_kind is null
union all
select n.line, 'hold', 'UTILITY_RULE_UNKNOWN', 'customer_no', jsonb_build_object('value', n.customer_no, 'collector', n.collector, 'date', n.debit_date)
  from notice n where n.charge_kind is not null and not n.has_rule
union all
select n.line, 'hold', 'UTILITY_CONTRACT_UNKNOWN', 'customer_no',
       jsonb_build_object('value', n.customer_no, 'contract', coalesce(n.contract_no, '—'), 'collector', n.collector,
                          'name', coalesce(n.contract_name, '—'), 'amount', n.amount, 'date', n.debit_date)
  from notice n where n.has_rule and n.contract_id is null
union all
select n.line, 'hold', 'UTILITY_SECTION_UNKNOWN', 'customer_no', jsonb_build_object('value', n.organization, 'contract', n.contract_no, 'date', n.debit_date)
  from notice n
 where n.contract_id is not null
   and not exists (select from ledger.organization o where o.code = n.organization and n.debit_date between o.valid_from and o.valid_to)
union all
select line, 'hold', 'UTILITY_BUDGET_LINE_UNKNOWN', 'amount', jsonb_build_object('budget_line', fund || '-' || budget_line, 'year', fiscal_year)
  from bound where not known
union all
select line, 'hold', 'UTILITY_BUDGET_EXCEEDED', 'amount',
       jsonb_build_object('budget_line', fund || '-' || budget_line, 'year', fiscal_year, 'remaining', remaining, 'total', total)
  from bound where known and total > remaining
union all
select line, 'hold', 'UTILITY_COMMITMENT_UNFIT', 'amount', jsonb_build_object('commitment', commitment, 'year', wanted)
  from claimed where state <> 'confirmed' or fiscal_year <> wanted or not same_line
union all
select line, 'hold', 'UTILITY_COMMITMENT_EXHAUSTED', 'amount', jsonb_build_object('commitment', commitment, 'remaining', remaining, 'total', total)
  from claimed where total > remaining
union all
select n.line, 'hold', 'FISCAL_AFTER_CLOSING', 'debit_date', jsonb_build_object('value', n.debit_date, 'year', n.fiscal_year)
  from notice n where not ledger.fiscal_year_accepts(n.fiscal_year, n.debit_date)
union all
-- Debited in time, but a line that was held is posted when the books of its year are closed.
select n.line, 'hold', 'UTILITY_POSTED_AFTER_CLOSING', 'debit_date', jsonb_build_object('value', n.debit_date, 'year', n.fiscal_year, 'today', t.business_date)
  from notice n cross join today t
 where ledger.fiscal_year_accepts(n.fiscal_year, n.debit_date) and not ledger.fiscal_year_accepts(n.fiscal_year, greatest(n.debit_date, t.business_date))
union all
select n.line, 'hold', 'UTILITY_TWICE_IN_FILE', 'customer_no', jsonb_build_object('value', n.customer_no, 'amount', n.amount, 'date', n.debit_date)
  from notice n
 where n.nth > 1 and not n.seen and n.amount > 0
   and not exists (select from answered a where a.line = n.line and a.code = 'UTILITY_TWICE_IN_FILE')

-- Known already, or nothing to do
union all
select n.line, 'skip', 'UTILITY_SEEN', 'customer_no', jsonb_build_object('value', n.customer_no, 'amount', n.amount, 'date', n.debit_date)
  from notice n cross join batch b where n.seen and not b.again
union all
-- A line that waited: meanwhile another file may have brought the same debit. A person says whether it is a second one.
select n.line, 'hold', 'UTILITY_TWICE', 'customer_no', jsonb_build_object('value', n.customer_no, 'amount', n.amount, 'date', n.debit_date)
  from notice n cross join batch b
 where n.seen and b.again and not n.on_purpose
union all
select n.line, 'skip', 'UTILITY_NOTHING_TO_PAY', 'amount', jsonb_build_object('value', n.customer_no) from notice n where n.amount = 0

-- Worth saying
union all
select m.first_line, 'warn', 'UTILITY_SUM_UNUSUAL', 'amount',
       jsonb_build_object('collector', m.collector, 'yen', m.yen, 'before', m.before, 'percent', t.percent_max)
  from month m cross join today t
 where m.before > 0 and abs(m.yen - m.before) * 100 > m.before * t.percent_max
union all
select n.line, 'warn', 'UTILITY_YEAR_BY_DEBIT', 'debit_date', jsonb_build_object('value', n.debit_date, 'year', n.fiscal_year)
  from notice n where n.billing_month is null and extract(month from n.debit_date) in (4, 5)
