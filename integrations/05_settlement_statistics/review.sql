-- For whoever releases: the file's own total, then the year recounted from the account book (view ledger.line) beside the edition, and what
-- is open. Everything below the first row must be the same for each file of the edition.
with cell as (
    select distinct c.id, c.edition_id, c.yen, q.seq, q.yen as claimed
      from export.claim q join ledger.settlement_cell c on c.id = q.object_id
     where q.object = 'settlement_cell' and q.file_id = (select file_id from run)
), edition as (
    select * from ledger.settlement_edition where id in (select edition_id from cell)
), book as (
    select b.side, e.fund, b.code, sum(case b.side when 'revenue' then l.debit - l.credit else l.credit - l.debit end)::bigint as yen, count(*) as postings,
           exists (select from ledger.settlement_fact f where f.edition_id in (select id from edition) and (f.side, f.fund, f.budget_line) = (b.side, e.fund, b.code)) as counted
      from ledger.line l
      join ledger.entry e on e.id = l.entry_id
      join ledger.budget_line b on (b.fiscal_year, b.fund, b.code) = (e.fiscal_year, e.fund, l.budget_line)
     where l.account = '1101' and e.fiscal_year in (select fiscal_year from edition)
     group by 1, 2, 3
), side as (
    select s.side, s.ja, s.en, coalesce(sum(b.postings), 0)::bigint as postings, coalesce(sum(b.yen), 0)::bigint as yen,
           coalesce(sum(b.postings) filter (where b.counted), 0)::bigint as counted_postings, coalesce(sum(b.yen) filter (where b.counted), 0)::bigint as counted
      from (values ('revenue', '歳入', 'revenue', 1), ('expenditure', '歳出', 'expenditure', 2)) s (side, ja, en, n)
      left join book b on b.side = s.side
     group by s.side, s.ja, s.en, s.n
)
select 'ファイルの行（金額は縦持ちの全セルの検算）' as label_ja, 'Rows of the file (yen: check sum of all cells, long form)' as label_en,
       count(distinct seq) as count, coalesce(sum(yen) filter (where claimed is not null), 0)::bigint as yen from cell
union all
select format('版 %s（%s年度・%s）のセル', edition, fiscal_year, case when trial then '試算' else as_of || '現在' end),
       format('Cells of edition %s (%s, %s)', edition, fiscal_year, case when trial then 'a trial' else 'as of ' || as_of end),
       (select count(*) from ledger.settlement_cell c where c.edition_id = e.id), 0::bigint from edition e
union all
select * from (
    select r.label_ja, r.label_en, r.count, r.yen
      from side s
      left join ledger.settlement_cell t
        on t.edition_id in (select id from edition) and (t.table_no, t.row_no, t.column_no) = ('02', '01', case s.side when 'revenue' then '001' else '002' end)
     cross join lateral (values
        (1, format('%s 台帳の現金の動き（全会計）', s.ja), format('Cash of %s in the book (all funds)', s.en), s.postings, s.yen),
        (2, format('%s うち普通会計（外と重複を除く）', s.ja), format('of it in the ordinary account (%s)', s.en), s.counted_postings, s.counted),
        (3, format('%s 版の表02', s.ja), format('Table 02 of the edition (%s)', s.en), coalesce(t.postings, 0), coalesce(t.yen, 0))) r (n, label_ja, label_en, count, yen)
     order by s.side desc, r.n) x
union all
select '対応のない予算科目', 'Budget lines without a rule', count(*), coalesce(sum((u.detail ->> 'yen')::numeric), 0)::bigint
  from edition e cross join lateral ledger.settlement_unmapped(e.fiscal_year) u
union all
select '成り立たない恒等式（千円の差の計）', 'Identities that do not hold (sum of differences in thousands)', count(*) filter (where i.should is distinct from i.has),
       coalesce(sum(abs(coalesce(i.has, 0) - i.should)), 0)::bigint
  from edition e cross join lateral ledger.settlement_identities(e.id) i
