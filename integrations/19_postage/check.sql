-- 郵便料金: does the counter agree with the details, do the prices stand in the tariff, does each section have its line of 節11?
-- What does not add up is the machine's to mend (reject). One thing unknown holds the whole month: the postal company asks one sum.

with today as (
    select b.id, b.business_date, (select through from ledger.calendar_horizon) as horizon from batch b
), meter as (
    select s.*, m.creditor, m.capacity, c.name as creditor_name, c.suspended_from, c.suspended_to, s.closing < s.opening as rolled,
           ledger.fiscal_year(to_date(s.month || '-01', 'YYYY-MM-DD')) as fiscal_year,
           to_date(s.month || '-01', 'YYYY-MM-DD') as first_day, (to_date(s.month || '-01', 'YYYY-MM-DD') + interval '1 month - 1 day')::date as last_day,
           ledger.postage_pay_day(s.month, t.business_date) as pay_day
      from staged_meter s cross join today t
      left join ledger.postage_meter m on m.meter_no = s.meter_no
      left join ledger.creditor c on c.no = m.creditor
), detail as (
    select d.*, m.first_day, m.last_day, m.fiscal_year, o.code is not null as section_known, p.fund, p.budget_line
      from staged_detail d cross join meter m
      left join ledger.organization o on o.code = d.organization and m.last_day between o.valid_from and o.valid_to
      left join ledger.postage_budget p on p.organization = d.organization and m.last_day between p.valid_from and p.valid_to
), bound as (
    select n.fund, n.budget_line, n.fiscal_year, n.line, n.total, l.code is not null as known,
           ledger.budget_remaining(n.fiscal_year, n.fund, n.budget_line) as remaining
      from (select fund, budget_line, fiscal_year, min(line) as line, sum(amount)::bigint as total
              from detail where budget_line is not null group by fund, budget_line, fiscal_year) n
      left join ledger.budget_line l on (l.fiscal_year, l.fund, l.code) = (n.fiscal_year, n.fund, n.budget_line) and l.side = 'expenditure'
), priced as (
    -- A tariff that changes within the month makes both prices right.
    select d.line, d.kind, d.weight_g, d.unit_price, count(t.kind) as prices, coalesce(bool_or(t.unit_price = d.unit_price), false) as right_price,
           string_agg(distinct t.unit_price::text, '・') as tariff
      from detail d
      -- A class holds what weighs no more than it, down to nothing at all: a はがき has one price, and machines write its weight as 0.
      left join lateral (select min(c.weight_g) as weight_g from ledger.postage_tariff c
                          where c.kind = d.kind and c.weight_g >= d.weight_g::int
                            and daterange(c.valid_from, c.valid_to, '[]') && daterange(d.first_day, d.last_day, '[]')) class on true
      left join ledger.postage_tariff t
        on t.kind = d.kind and t.weight_g = class.weight_g and daterange(t.valid_from, t.valid_to, '[]') && daterange(d.first_day, d.last_day, '[]')
     where d.kind <> '08'
     group by d.line, d.kind, d.weight_g, d.unit_price
)

select d.line, 'reject' as verdict, 'POSTAGE_OF_ANOTHER_METER' as code, 'meter_no' as field,
       jsonb_build_object('value', d.month || ' ' || d.meter_no, 'expected', m.month || ' ' || m.meter_no) as detail
  from (select line, month, meter_no from staged_detail union all select line, month, meter_no from staged_trailer) d cross join meter m
 where (d.month, d.meter_no) <> (m.month, m.meter_no)
union all
-- Records that come without their file have no counter beside them.
select null, 'reject', 'POSTAGE_READING_MISSING', null, '{}' where not exists (select from meter)
union all
select m.line, 'reject', 'POSTAGE_MONTH_SEEN', 'meter_no', jsonb_build_object('value', m.meter_no, 'month', m.month, 'batch', r.batch_id)
  from meter m join ledger.postage_reading r on (r.month, r.meter_no) = (m.month, m.meter_no) and r.cancelled_at is null
union all
select line, 'reject', 'POSTAGE_MONTH_NOT_OVER', 'month', jsonb_build_object('value', month) from meter cross join today t where last_day > t.business_date
union all
select line, 'reject', 'POSTAGE_USED_WRONG', 'used', jsonb_build_object('found', used, 'expected', closing - opening)
  from meter where not rolled and used <> closing - opening
union all
-- The counter went round: it began at 0 again behind its last figure.
select line, 'reject', 'POSTAGE_USED_WRONG', 'used', jsonb_build_object('found', used, 'expected', closing - opening + capacity)
  from meter where rolled and used <> closing - opening + capacity
union all
select m.line, 'reject', 'POSTAGE_READING_DIFFERS', 'used', jsonb_build_object('found', m.used, 'expected', t.sum)
  from meter m cross join staged_trailer t where m.used <> t.sum
union all
select line, 'reject', 'POSTAGE_AMOUNT_WRONG', 'amount', jsonb_build_object('found', amount, 'expected', unit_price * qty, 'price', unit_price, 'qty', qty)
  from staged_detail where amount <> unit_price * qty
union all
select line, 'reject', 'POSTAGE_PRICE_WRONG', 'unit_price', jsonb_build_object('value', unit_price, 'tariff', tariff)
  from priced where prices > 0 and not right_price

-- A person must decide
union all
select line, 'hold', 'POSTAGE_METER_UNKNOWN', 'meter_no', jsonb_build_object('value', meter_no) from meter where creditor is null
union all
select m.line, 'hold', 'CREDITOR_SUSPENDED', 'meter_no', jsonb_build_object('creditor', m.creditor, 'name', m.creditor_name, 'from', m.suspended_from)
  from meter m cross join today t
 where t.business_date between m.suspended_from and coalesce(m.suspended_to, date '9999-12-31')
union all
select m.line, 'hold', 'POSTAGE_METER_WENT_ROUND', 'closing', jsonb_build_object('value', m.closing, 'opening', m.opening, 'used', m.used)
  from meter m
 where m.rolled and not exists (select from answered a where a.line = m.line and a.code = 'POSTAGE_METER_WENT_ROUND')
union all
select m.line, 'hold', 'POSTAGE_READING_GAP', 'opening', jsonb_build_object('value', m.opening, 'before', r.closing, 'month', r.month)
  from meter m
 cross join lateral (select r.* from ledger.postage_reading r
                      where r.meter_no = m.meter_no and r.month < m.month and r.cancelled_at is null order by r.month desc limit 1) r
 where m.opening <> r.closing and not exists (select from answered a where a.line = m.line and a.code = 'POSTAGE_READING_GAP')
union all
-- A month that is handed in late must end where the next one that is posted began.
select m.line, 'hold', 'POSTAGE_READING_GAP_AFTER', 'closing', jsonb_build_object('value', m.closing, 'after', r.opening, 'month', r.month)
  from meter m
 cross join lateral (select r.* from ledger.postage_reading r
                      where r.meter_no = m.meter_no and r.month > m.month and r.cancelled_at is null order by r.month limit 1) r
 where m.closing <> r.opening and not exists (select from answered a where a.line = m.line and a.code = 'POSTAGE_READING_GAP_AFTER')
union all
select p.line, 'hold', 'POSTAGE_TARIFF_UNKNOWN', 'unit_price', jsonb_build_object('value', p.unit_price, 'kind', p.kind, 'weight', p.weight_g)
  from priced p
 where p.prices = 0 and not exists (select from answered a where a.line = p.line and a.code = 'POSTAGE_TARIFF_UNKNOWN')
union all
select line, 'hold', 'ORGANIZATION_UNKNOWN', 'organization', jsonb_build_object('value', organization, 'date', last_day)
  from detail where not section_known
union all
select line, 'hold', 'POSTAGE_SECTION_WITHOUT_LINE', 'organization', jsonb_build_object('value', organization, 'name', section)
  from detail where section_known and budget_line is null
union all
select line, 'hold', 'POSTAGE_BUDGET_LINE_UNKNOWN', 'amount', jsonb_build_object('budget_line', fund || '-' || budget_line, 'year', fiscal_year)
  from bound where not known
union all
select line, 'hold', 'POSTAGE_BUDGET_EXCEEDED', 'amount',
       jsonb_build_object('budget_line', fund || '-' || budget_line, 'year', fiscal_year, 'remaining', remaining, 'total', total)
  from bound where known and total > remaining
union all
select line, 'hold', 'CALENDAR_BEYOND_HORIZON', 'month', jsonb_build_object('date', m.last_day, 'last', t.horizon)
  from meter m cross join today t where m.pay_day is null
union all
select line, 'hold', 'FISCAL_AFTER_CLOSING', 'month', jsonb_build_object('value', pay_day, 'year', fiscal_year)
  from meter where not ledger.fiscal_year_accepts(fiscal_year, pay_day)
