-- Balances of every account by fund and facility on a day. Parameters: as_of (YYYY-MM-DD), closing (1: with 整理期間, 0: without).

create temp table asked on commit drop as
select a.*, ledger.fiscal_year(a.as_of) as fiscal_year
  from (select ledger.date_or_null((select value from param where key = 'as_of')) as as_of, (select value from param where key = 'as_of') as written,
               (select value from param where key = 'closing') as closing, r.business_date from run r) a;

create temp table refusal (code text, detail jsonb, severity text) on commit drop;
insert into refusal
select 'BALANCE_DAY_MISSING', jsonb_build_object('value', coalesce(written, '')), 'stop' from asked where as_of is null
union all
select 'BALANCE_CLOSING_UNCLEAR', jsonb_build_object('value', coalesce(closing, '')), 'stop' from asked where closing is null or closing not in ('0', '1')
union all
select 'BALANCE_DAY_AHEAD', jsonb_build_object('as_of', as_of, 'today', business_date), 'stop' from asked where as_of > business_date;

create temp table posted on commit drop as
select p.* from asked a cross join lateral ledger.posted_until(a.as_of, a.closing = '1') p where not exists (select from refusal);
analyze posted;

-- Both sides of every posting, by account: what was there on 1 April, and what was moved since.
create temp table moved on commit drop as
select s.fund, s.facility, s.account, s.allocated, s.opening, sum(s.debit)::bigint as debit, sum(s.credit)::bigint as credit
  from (select fund, facility, debit_account as account, allocated, opening, amount as debit, 0 as credit from posted
        union all
        select fund, facility, credit_account, allocated, opening, 0, amount from posted) s
 group by 1, 2, 3, 4, 5;

-- Cash by what it was moved for. The account of the budget line says it; without one, the account opposite to cash.
create temp table cash on commit drop as
select p.fund, p.facility, p.allocated, coalesce(b.code || ' ' || b.name, o.code || ' ' || o.name) as account, p.budget_line, coalesce(b.cash_flow, o.cash_flow) as caption,
       sum(p.amount) filter (where d.role = 'cash') as debit, sum(p.amount) filter (where c.role = 'cash') as credit, sum(p.postings) as postings
  from posted p
 cross join asked a
  join ledger.chart d on d.code = p.debit_account
  join ledger.chart c on c.code = p.credit_account
  join ledger.chart o on o.code = case when d.role = 'cash' then c.code else d.code end
  left join ledger.budget_line l on (l.fiscal_year, l.fund, l.code) = (a.fiscal_year, p.fund, p.budget_line)
  left join ledger.chart b on b.code = l.account
 where not p.opening and (d.role is not distinct from 'cash') <> (c.role is not distinct from 'cash')
 group by 1, 2, 3, 4, 5, 6;

create temp table balance on commit drop as
with own as (
    select m.fund, m.facility, c.statement, c.code, c.name, c.side, m.allocated,
           case when m.opening and c.statement <> '2' then m.debit - m.credit else 0 end as opening,
           case when m.opening then 0 else m.debit end as debit, case when m.opening then 0 else m.credit end as credit
      from moved m join ledger.chart c on c.code = m.account
    union all
    -- The result of earlier years is 正味資産 from their end on.
    select m.fund, m.facility, n.statement, n.code, n.name, n.side, false, m.debit - m.credit, 0, 0
      from moved m join ledger.chart c on c.code = m.account and c.statement = '2'
      join ledger.chart n on n.role = 'net_assets'
     where m.opening
    union all
    select k.fund, k.facility, '3', f.code, f.name, f.side, k.allocated, 0, coalesce(k.debit, 0), coalesce(k.credit, 0)
      from cash k join ledger.cash_flow_caption f on f.code = k.caption
)
select fund, facility, statement, code, name, side, allocated, sum(case side when 'debit' then opening else -opening end)::bigint as opening,
       sum(debit)::bigint as debit, sum(credit)::bigint as credit,
       sum(case side when 'debit' then opening + debit - credit else credit - opening - debit end)::bigint as closing
  from own
 group by fund, facility, statement, code, name, side, allocated
having sum(opening) <> 0 or sum(debit) <> 0 or sum(credit) <> 0;

-- What the file must not say: each is told with the place where it is wrong, and there is no file.
insert into refusal
select 'BALANCE_FACILITY_UNKNOWN', jsonb_build_object('facility', p.facility, 'count', sum(p.postings), 'yen', sum(p.amount)), 'stop'
  from posted p where p.facility <> '000000' and not exists (select from ledger.facility f where f.code = p.facility) group by p.facility
union all
select 'BALANCE_CASH_FLOW_UNMAPPED', jsonb_build_object('account', k.account, 'budget_line', coalesce(k.budget_line, '—'),
                                                        'count', sum(k.postings), 'yen', sum(coalesce(k.debit, 0) + coalesce(k.credit, 0))), 'stop'
  from cash k where k.caption is null group by k.account, k.budget_line
union all
select 'BALANCE_ALLOCATION_OPEN', jsonb_build_object('fund', m.fund, 'account', c.code || ' ' || c.name, 'yen', sum(m.debit - m.credit)), 'stop'
  from moved m join ledger.chart c on c.code = m.account where m.allocated and not m.opening group by m.fund, c.code, c.name having sum(m.debit - m.credit) <> 0
union all
-- 減価償却費 and the growth of 累計額 are one posting. What else lowers 累計額 (a disposal) is none of it.
select 'BALANCE_DEPRECIATION', jsonb_build_object('fund', g.fund, 'facility', g.facility, 'expense', g.expense, 'increase', g.increase), 'stop'
  from (select p.fund, p.facility,
               coalesce(sum(p.amount) filter (where d.role = 'depreciation'), 0) - coalesce(sum(p.amount) filter (where c.role = 'depreciation'), 0) as expense,
               coalesce(sum(p.amount) filter (where c.role = 'accumulated'), 0)
               - coalesce(sum(p.amount) filter (where d.role = 'accumulated' and c.role = 'depreciation'), 0) as increase
          from posted p join ledger.chart d on d.code = p.debit_account join ledger.chart c on c.code = p.credit_account
         where not p.opening and not p.allocated group by p.fund, p.facility) g
 where g.expense <> g.increase and coalesce(btrim((select value from param where key = 'depreciation_reason')), '') = ''
union all
-- Both ways: what the file lacks of the general ledger, and what it says that the general ledger has not.
select 'BALANCE_GENERAL_LEDGER', jsonb_build_object('fund', fund, 'account', account, 'ledger', coalesce(g.yen, 0), 'file', coalesce(b.yen, 0)), 'stop'
  from (select e.fund, l.account, sum(l.debit - l.credit) as yen
          from asked a
          join ledger.entry e on e.fiscal_year <= a.fiscal_year and ledger.counted_on(e.fiscal_year, e.booked_on, a.closing = '1') <= a.as_of
          join ledger.line l on l.entry_id = e.id
          join ledger.chart c on c.code = l.account and c.role is distinct from 'net_assets'
         -- 行政コスト is that of the year; 正味資産 differs from its account by the results carried forward, which the next rule balances.
         where (c.statement <> '2' or e.fiscal_year = a.fiscal_year) and not exists (select from refusal)
         group by e.fund, l.account) g
  full join (select b.fund, b.code as account, sum(case b.side when 'debit' then b.closing else -b.closing end) as yen
               from balance b
              where b.statement <> '3' and not exists (select from ledger.chart c where c.code = b.code and c.role = 'net_assets')
              group by b.fund, b.code) b using (fund, account)
 where coalesce(g.yen, 0) <> coalesce(b.yen, 0)
union all
select 'BALANCE_DEBIT_CREDIT', jsonb_build_object('fund', b.fund, 'debit', sum(b.closing) filter (where b.side = 'debit'),
                                                  'credit', sum(b.closing) filter (where b.side = 'credit')), 'stop'
  from balance b where b.statement <> '3' group by b.fund
having sum(case b.side when 'debit' then b.closing else -b.closing end) <> 0 or sum(case b.side when 'debit' then b.opening else -b.opening end) <> 0;

create temp table place on commit drop as
select x.facility, coalesce(f.name, (select value from setting where key = 'common_name')) as name,
       -- Whoever answers for the facility on the day, after reforms too.
       coalesce(ledger.organization_on(f.organization, a.as_of), f.organization, (select value from setting where key = 'common_organization')) as organization
  from asked a cross join (select distinct facility from balance) x left join ledger.facility f on f.code = x.facility;

create temp table outgoing_balance on commit drop as
select row_number() over (order by b.fund, b.facility, b.statement, b.code, b.allocated) as seq, a.fiscal_year, a.as_of, a.closing as incl_closing, b.fund, b.facility,
       p.name as facility_name, p.organization, b.statement, rpad(b.code, 7, '0') as account, b.name as account_name, case b.side when 'debit' then '1' else '2' end as side,
       b.opening, b.debit, b.credit, b.closing, case when b.allocated then '2' else '1' end as allocation
  from balance b cross join asked a join place p on p.facility = b.facility;
