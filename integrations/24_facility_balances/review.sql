-- The same balances from the account book (ledger.line), day by day, without the sums select.sql made.
with asked as (
    select (select value from param where key = 'as_of')::date as as_of, (select value from param where key = 'closing') = '1' as closing
), entry as materialized (
    select e.*, r.opens, r.allocates, ledger.fiscal_year(a.as_of) as year, e.fiscal_year < ledger.fiscal_year(a.as_of) or r.opens as before
      from ledger.entry e join ledger.posting_rule r using (event) cross join asked a
     where e.fiscal_year <= ledger.fiscal_year(a.as_of)
       and (e.booked_on <= a.as_of or a.closing and e.fiscal_year < ledger.fiscal_year(a.as_of + 1))
), side as materialized (
    select e.id as entry, (l.no + 1) / 2 as posting, e.fund, coalesce(l.facility, '000000') as facility, c.code, c.role, c.cash_flow,
           -- The result of earlier years is 正味資産.
           case when e.before and c.statement = '2' then n.code else c.code end as carried, e.allocates and not (e.before and c.statement = '2') as allocates,
           e.before, e.fiscal_year, l.budget_line, l.debit, l.credit
      from entry e join ledger.line l on l.entry_id = e.id join ledger.chart c on c.code = l.account
      left join ledger.chart n on n.role = 'net_assets'
), flow as (
    -- Each posting of cash with its other side.
    select s.*, coalesce(b.cash_flow, o.cash_flow) as caption
      from side s join side o on o.entry = s.entry and o.posting = s.posting and o.code <> s.code and o.role is distinct from 'cash'
      left join ledger.budget_line l on (l.fiscal_year, l.fund, l.code) = (s.fiscal_year, s.fund, s.budget_line)
      left join ledger.account b on b.code = l.account
     where s.role = 'cash' and not s.before
), book as (
    select fund, facility, carried, allocates, sum(case when before then debit - credit else 0 end) as opening,
           sum(case when before then 0 else debit end) as debit, sum(case when before then 0 else credit end) as credit
      from side group by 1, 2, 3, 4
    union all
    select fund, facility, caption, allocates, 0, sum(debit), sum(credit) from flow group by 1, 2, 3, 4
), live as (
    select * from book where opening <> 0 or debit <> 0 or credit <> 0
)
select label_ja, label_en, count, yen from (
    select 1 as place, 'ファイル全体（行・借方発生額）' as label_ja, 'whole file (rows, debits)' as label_en, count(*) as count, coalesce(sum(debit), 0)::bigint as yen from live
    union all
    select 2 as place, '会計' || x.fund || ' 借方残高の合計', 'fund ' || x.fund || ' debit balances', count(*) filter (where x.yen > 0), coalesce(sum(x.yen) filter (where x.yen > 0), 0)::bigint
      from (select fund, carried, sum(debit - credit) as yen from side group by fund, carried) x group by x.fund
    union all
    select 3 as place, '会計' || x.fund || ' 貸方残高の合計', 'fund ' || x.fund || ' credit balances', count(*) filter (where x.yen < 0), coalesce(-sum(x.yen) filter (where x.yen < 0), 0)::bigint
      from (select fund, carried, sum(debit - credit) as yen from side group by fund, carried) x group by x.fund
    union all
    select 4 as place, '現金預金の増減', 'change of cash', count(*), coalesce(sum(debit - credit), 0)::bigint from side where role = 'cash' and not before
    union all
    select 5 as place, '減価償却費', 'depreciation', count(*), coalesce(sum(debit - credit), 0)::bigint from side where role = 'depreciation' and not before
    union all
    select 6 as place, '施設のない仕訳（000000）', 'postings without facility', count(*), coalesce(sum(debit), 0)::bigint from side where facility = '000000' and debit > 0 and not before
    union all
    select 7 as place, '整理期間（4～5月）に記帳した旧年度分', 'booked for the old year in April and May', count(*), coalesce(sum(p.amount), 0)::bigint
      from asked a join ledger.entry e on e.fiscal_year in (ledger.fiscal_year(a.as_of), ledger.fiscal_year(a.as_of) - 1) and e.booked_on > make_date(e.fiscal_year + 1, 3, 31)
      join ledger.posting p on p.entry_id = e.id
     where e.id in (select id from entry)
    union all
    select 8 as place, 'この版の作成後に記帳され、次の版で変わるもの', 'booked since this version was made', count(*), coalesce(sum(p.amount), 0)::bigint
      from run r join export.file f on f.id = r.file_id join entry e on e.recorded_at > f.generated_at join ledger.posting p on p.entry_id = e.id
) r order by place, label_ja
