-- One edition of a year's settlement as a file: a 表 in the published form, or every cell of every 表. Parameters: `fiscal_year`; `table` (wide);
-- `edition`, to make the file of an earlier edition again.

create temp table asked on commit drop as
select max(p.value) filter (where p.key = 'fiscal_year') as fiscal_year, max(p.value) filter (where p.key = 'table') as table_no,
       max(p.value) filter (where p.key = 'edition') as edition,
       (select value from setting where key = 'form') as form, (select value from setting where key = 'padded') = 'true' as padded
  from (select null as key, null as value union all select key, value from param) p;

-- An order that cannot be understood is refused with everything that is missing.
create temp table refusal on commit drop as
select null::text as object, null::bigint as object_id, c.code, 'stop' as severity, c.detail
  from asked a
 cross join lateral (values
    (coalesce(a.fiscal_year, '') !~ '^20[0-9]{2}$', 'SETTLEMENT_PARAM_YEAR', jsonb_build_object('value', coalesce(a.fiscal_year, '-'))),
    (a.form = 'wide' and not exists (select from ledger.settlement_table t where t.table_no = a.table_no), 'SETTLEMENT_PARAM_TABLE',
        jsonb_build_object('value', coalesce(a.table_no, '-'), 'tables', (select string_agg(table_no, ', ' order by table_no) from ledger.settlement_table))),
    (a.edition is not null and not exists (select from ledger.settlement_edition e where e.fiscal_year::text = a.fiscal_year and e.edition::text = a.edition),
        'SETTLEMENT_PARAM_EDITION', jsonb_build_object('value', a.edition, 'year', coalesce(a.fiscal_year, '-')))) c (wrong, code, detail)
 where c.wrong;

create temp table edition on commit drop as
select case when a.edition is null then ledger.settle(a.fiscal_year::int, r.ordered_by, r.today)
            else (select e.id from ledger.settlement_edition e where e.fiscal_year::text = a.fiscal_year and e.edition::text = a.edition) end as id
  from asked a cross join run r where not exists (select from refusal);

-- An earlier edition was whole when it was made; the ledger may have moved on since. Of a trial it is said that it is one.
insert into refusal
select b.object, b.object_id, b.code, b.severity, b.detail
  from asked a cross join edition e
 cross join lateral ledger.settlement_breaks(e.id) b
 where a.edition is null or b.code = 'SETTLEMENT_YEAR_OPEN';

create temp table chosen on commit drop as
select dense_rank() over (order by case when a.form = 'wide' then c.row_no else c.table_no || c.row_no || c.column_no end) as seq, c.*, a.fiscal_year, a.padded, a.form
  from asked a
  join ledger.settlement_cell c on c.edition_id = (select id from edition) and (a.form = 'long' or c.table_no = a.table_no);

create function pg_temp.plain(code text, padded boolean) returns text language sql immutable as
    $$ select case when padded then code else coalesce(nullif(ltrim(code, '0'), ''), '0') end $$;

do $$
begin
    if (select form from asked) = 'long' then
        create temp table outgoing_cell on commit drop as
        select c.seq, c.fiscal_year, b.body, c.table_no, c.row_no, c.column_no, c.thousand as value_thousand, c.yen as value_yen, c.postings as n_postings
          from chosen c join ledger.settlement_edition b on b.id = c.edition_id;
        create temp table claim on commit drop as
        select c.seq, 'settlement_cell' as object, c.id as object_id, c.yen from chosen c;
    else
        -- Columns under the caption they have in the first row that has them, as the published files do it.
        create temp table survey_column on commit drop as
        select distinct on (c.column_no) c.column_no, c.column_name from chosen c order by c.column_no, c.row_no;
        create temp table caption on commit drop as
        select row_number() over (order by column_no) as seq, column_no || ':' || column_name as name from survey_column;
        create temp table outgoing_row on commit drop as
        select r.seq, r.fiscal_year, b.business, pg_temp.plain(b.body, r.padded) as body, b.prefecture, b.body_name, b.body_kind,
               pg_temp.plain(r.table_no, r.padded) as table_no, r.table_name, pg_temp.plain(r.row_no, r.padded) as row_no, r.row_name,
               array(select c.thousand from survey_column k left join chosen c on (c.row_no, c.column_no) = (r.row_no, k.column_no) order by k.column_no) as cells
          from (select distinct seq, fiscal_year, padded, edition_id, table_no, table_name, row_no, row_name from chosen) r
          join ledger.settlement_edition b on b.id = r.edition_id;
        -- Thousands are not yen, and a row has totals beside their parts: the file has no sum.
        create temp table claim on commit drop as
        select c.seq, 'settlement_cell' as object, c.id as object_id, null::bigint as yen from chosen c;
    end if;
end $$;
