-- A payroll file for people who check in Excel: what it comes to, and nothing by which one person's pay could be read. The records of the
-- file, and sums so small that they are one person's, stay in the file.
with item as (
    select t.staff_no, t.bank, t.amount, coalesce(t.pay_date, r.pay_date) as pay_date, concat_ws(' ', r.pay_month, ledger.payroll_kind_name(r.pay_kind)) as payroll
      from export.claim c
      join ledger.payroll_transfer t on t.id = c.object_id
      join ledger.payroll_run r on r.id = t.run_id
     where c.file_id = (select file_id from run) and c.object = 'payroll_transfer'
), line as (
    select 1 as part, 2 + row_number() over (order by pay_date, payroll) as y, payroll as name, pay_date::text as more, count(*) as credits,
           count(distinct staff_no) as persons, sum(amount)::bigint as yen
      from item group by pay_date, payroll
    union all
    select 2, 2 + row_number() over (order by bank), bank, '', count(*), count(distinct staff_no), null from item group by bank
), cell as (
    select 1 as part, 0 as row, 0 as col, 'title' as style, '給与・賞与振込（個人別の明細は表示しません）' as text, null::bigint as number
    union all
    select 1, 2, h.col, 'head', h.text, null from (values (0, '支給'), (1, '支払日'), (2, '件数'), (3, '人数'), (4, '金額')) h (col, text)
    union all
    select 2, 0, 0, 'title', '銀行別の件数', null
    union all
    select 2, 2, h.col, 'head', h.text, null from (values (0, '銀行'), (1, ''), (2, '件数'), (3, '人数')) h (col, text)
    union all
    select l.part, l.y::int, v.col, v.style, v.text, v.number
      from line l
     cross join lateral (values (0, 'label', l.name, null::bigint), (1, 'text', nullif(l.more, ''), null), (2, 'amount', null, l.credits),
                                (3, 'amount', null, l.persons), (4, 'amount', null, case when l.persons > 1 then l.yen end)) v (col, style, text, number)
)
select case part when 1 then '給与振込' else '銀行別' end, row, col, style, text, number
  from cell where text <> '' or number is not null
 order by part, row, col
