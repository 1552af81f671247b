-- The edition behind the file, whatever table the file is: a sheet for each 表, the identities, and where every budget line went.
with edition as (
    select e.* from ledger.settlement_edition e
     where e.id in (select c.edition_id from export.claim q join ledger.settlement_cell c on c.id = q.object_id
                     where q.object = 'settlement_cell' and q.file_id = (select file_id from run))
), cell as (
    select c.*, dense_rank() over (partition by c.table_no order by c.row_no) as y, dense_rank() over (partition by c.table_no order by c.column_no) as x,
           'total' in (c.row_role, c.column_role) as total
      from ledger.settlement_cell c
     where c.edition_id in (select id from edition)
), sheet as (
    select c.table_no, min(c.table_name) as name from cell c group by c.table_no
), word as (
    select role, code, name from ledger.settlement_item
), fact as (
    select f.*, row_number() over (order by f.side desc, f.fund, f.budget_line, f.no) as y,
           p.name as purpose_name, n.name as nature_name, s.name as source_name, r.name as revenue_name
      from ledger.settlement_fact f
      left join word p on (p.role, p.code) = ('purpose', f.purpose)
      left join word n on (n.role, n.code) = ('nature', f.nature)
      left join word s on (s.role, s.code) = ('source', f.source)
      left join word r on (r.role, r.code) = ('revenue', f.revenue)
     where f.edition_id in (select id from edition)
), identity as (
    select i.*, row_number() over (order by i.should is distinct from i.has desc, i.identity collate "C", i.place collate "C") as y from edition e cross join lateral ledger.settlement_identities(e.id) i
), part as (
    select 1 as n, '表' || t.table_no as sheet, 0 as row, 0 as col, 'title' as style,
           format('表%s %s  %s年度 版%s（%s、単位: 千円）', t.table_no, t.name, e.fiscal_year, e.edition,
                                                                                         case when e.trial then '試算・提出不可' else e.as_of || '現在' end) as text, null::bigint as number
      from edition e cross join sheet t
    union all
    select 1, '表' || t.table_no, 1, h.col, 'head', h.text, null from sheet t cross join (values (0, '行'), (1, '行名称')) h (col, text)
    union all
    select distinct 1, '表' || c.table_no, 1, (c.x + 1)::int, 'head', c.column_no || ':' || first_value(c.column_name) over (partition by c.table_no, c.column_no order by c.row_no), null::bigint
      from cell c
    union all
    select distinct 1, '表' || c.table_no, (c.y + 1)::int, h.col, 'label', case h.col when 0 then c.row_no else c.row_name end, null::bigint from cell c cross join (values (0), (1)) h (col)
    union all
    select 1, '表' || c.table_no, (c.y + 1)::int, (c.x + 1)::int, case when c.total then 'total' else 'amount' end, null, c.thousand from cell c
    union all
    select 2, '恒等式', 0, 0, 'title', '等しくなければならないもの（千円）', null
    union all
    select 2, '恒等式', 1, h.col, 'head', h.text, null from (values (0, '恒等式'), (1, '場所'), (2, 'あるべき額'), (3, '実際'), (4, '差')) h (col, text)
    union all
    select 2, '恒等式', (i.y + 1)::int, v.col, v.style, v.text, v.number
      from identity i
     cross join lateral (values (0, 'label', i.identity, null::bigint), (1, 'text', i.place, null), (2, 'amount', null, i.should), (3, 'amount', null, coalesce(i.has, 0)),
                                (4, 'total', null, coalesce(i.has, 0) - i.should)) v (col, style, text, number)
    union all
    select 3, '予算科目の対応', 0, 0, 'title', '予算科目ごとの区分（1行は科目・性質・財源の組）', null
    union all
    select 3, '予算科目の対応', 1, h.col, 'head', h.text, null
      from (values (0, '会計'), (1, '予算科目'), (2, '名称'), (3, '歳入の区分'), (4, '目的別'), (5, '性質別'), (6, '財源'), (7, '円'), (8, '千円'), (9, '科目の仕訳')) h (col, text)
    union all
    select 3, '予算科目の対応', (f.y + 1)::int, v.col, v.style, v.text, v.number
      from fact f
     cross join lateral (values (0, 'label', f.fund || ' ' || f.fund_name, null::bigint), (1, 'label', f.budget_line, null), (2, 'text', f.line_name, null), (3, 'text', f.revenue_name, null),
                                (4, 'text', f.purpose_name, null), (5, 'text', f.nature_name, null), (6, 'text', f.source_name, null), (7, 'amount', null, f.yen),
                                (8, 'amount', null, f.thousand), (9, 'amount', null, f.postings)) v (col, style, text, number)
)
select sheet, row, col, style, text, number from part order by n, sheet collate "C", row, col
