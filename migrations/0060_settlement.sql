-- 決算統計 (地方財政状況調査): from what the ledger received and paid to the cells of the survey's tables.
--
-- Facts are sums of yen per budget line, in the words of the survey: 目的別, 性質別, 財源, or the item of revenue. Rules that staff
-- edit say which; tables, rows and columns with their captions are data too. An edition (版) keeps facts and cells as they were when a
-- file was made of them, so that every table, the long form and the workbook of one edition agree for ever.
--
-- Rules, captions, portions and earmarks are never changed in place: a correction is a higher version, and the old row says who
-- decided what and why.

-- ── The words of the survey ─────────────────────────────────────────────────────────────────────────────────────────

create table ledger.settlement_item (
    role   text not null constraint settlement_item_role_is_known check (role in ('fund', 'purpose', 'nature', 'source', 'revenue')),
    code   text not null,
    name   text not null,
    parent text,
    sort   int  not null,
    constraint settlement_item_pk primary key (role, code),
    constraint settlement_item_has_parent foreign key (role, parent) references ledger.settlement_item (role, code),
    constraint settlement_item_only_purposes_have_parents check (parent is null or role = 'purpose')
);
comment on table ledger.settlement_item is '決算統計の区分: 普通会計か否か (fund), 目的別 (purpose), 性質別 (nature), 財源 (source), 歳入の区分 (revenue).';
comment on column ledger.settlement_item.parent is 'purpose: the 款 of a 項. Rounding goes from the 款 down, and 総額 columns sum up.';
comment on column ledger.settlement_item.sort is 'Order of the survey; decides ties of the rounding.';

create table ledger.settlement_rule (
    role      text not null constraint settlement_rule_role_is_known check (role in ('fund', 'purpose', 'nature', 'revenue')),
    fund      text not null default '',
    key       text not null constraint settlement_rule_key_is_digits check (key ~ '^[0-9]+(/[0-9]{2})?$'),
    from_year int  not null,
    version   int  not null default 1 constraint settlement_rule_version_is_positive check (version > 0),
    item      text,
    why       text not null,
    made_by   text not null,
    made_at   timestamptz not null default clock_timestamp(),
    constraint settlement_rule_pk primary key (role, fund, key, from_year, version),
    constraint settlement_rule_leads_to_an_item foreign key (role, item) references ledger.settlement_item (role, code)
);
comment on table ledger.settlement_rule is '決算統計の対応表, edited by staff: what a 会計, a 予算科目 or a 節 is in the survey, from a fiscal year on.';
comment on column ledger.settlement_rule.fund is 'Empty: every 会計. A rule of one 会計 goes before a rule of all.';
comment on column ledger.settlement_rule.key is 'fund: the 会計. purpose, revenue: the beginning of the 予算科目; the longest one counts. nature: the 節, or the beginning of the 予算科目, a slash and the 節.';
comment on column ledger.settlement_rule.version is 'The highest counts.';
comment on column ledger.settlement_rule.item is 'Null: the rule is taken back from that year on.';

create table ledger.settlement_portion (
    fiscal_year int    not null,
    fund        text   not null,
    budget_line text   not null,
    nature_role text   not null default 'nature' constraint settlement_portion_is_a_nature check (nature_role = 'nature'),
    nature      text   not null,
    version     int    not null default 1 constraint settlement_portion_version_is_positive check (version > 0),
    yen         bigint not null,
    why         text   not null,
    made_by     text   not null,
    made_at     timestamptz not null default clock_timestamp(),
    constraint settlement_portion_pk primary key (fiscal_year, fund, budget_line, nature, version),
    constraint settlement_portion_of_a_line foreign key (fiscal_year, fund, budget_line) references ledger.budget_line (fiscal_year, fund, code),
    constraint settlement_portion_has_nature foreign key (nature_role, nature) references ledger.settlement_item (role, code)
);
comment on table ledger.settlement_portion is 'Part of what a budget line paid that has another 性質別 than its 節 says, e.g. the repairs in 需用費. 0 yen takes it back.';

create table ledger.settlement_funding (
    fiscal_year int    not null,
    fund        text   not null,
    budget_line text   not null,
    nature      text   not null default '',
    source_role text   not null default 'source' constraint settlement_funding_is_a_source check (source_role = 'source'),
    source      text   not null constraint settlement_funding_is_specific check (source <> 'general'),
    version     int    not null default 1 constraint settlement_funding_version_is_positive check (version > 0),
    yen         bigint not null,
    why         text   not null,
    made_by     text   not null,
    made_at     timestamptz not null default clock_timestamp(),
    constraint settlement_funding_pk primary key (fiscal_year, fund, budget_line, nature, source, version),
    constraint settlement_funding_of_a_line foreign key (fiscal_year, fund, budget_line) references ledger.budget_line (fiscal_year, fund, code),
    constraint settlement_funding_has_source foreign key (source_role, source) references ledger.settlement_item (role, code)
);
comment on table ledger.settlement_funding is '特定財源の充当: how much of what a line paid came from which source. The rest is 一般財源等. 0 yen takes it back.';
comment on column ledger.settlement_funding.nature is 'Empty: the part of the line that has the 性質別 of its 節. Else the 性質別 of the portion.';

create table ledger.settlement_figure (
    fiscal_year int    not null,
    figure      text   not null constraint settlement_figure_is_known check (figure in ('carried_over')),
    version     int    not null default 1 constraint settlement_figure_version_is_positive check (version > 0),
    yen         bigint not null,
    why         text   not null,
    made_by     text   not null,
    made_at     timestamptz not null default clock_timestamp(),
    constraint settlement_figure_pk primary key (fiscal_year, figure, version)
);
comment on table ledger.settlement_figure is 'What the ledger cannot know and the survey asks: 翌年度に繰り越すべき財源 (carried_over).';

create table ledger.settlement_body (
    only_row   boolean default true constraint settlement_body_pk primary key constraint settlement_body_is_one_row check (only_row),
    business   text not null,
    code       text not null constraint settlement_body_code_is_local_body check (code ~ '^[0-9]{6}$'),
    prefecture text not null,
    name       text not null,
    kind       text not null
);
comment on table ledger.settlement_body is 'What every row of a survey file says about the ward: 業務コード, 団体コード, 県名, 団体名, 団体区分.';

-- ── The survey's tables ─────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.settlement_table (
    table_no text constraint settlement_table_pk primary key constraint settlement_table_no_is_two_digits check (table_no ~ '^[0-9]{2}$'),
    name     text not null,
    about    text not null constraint settlement_table_about_is_known check (about in ('balance', 'revenue', 'expenditure'))
);
comment on table ledger.settlement_table is '調査表 that are made. about: which facts fill it.';

create table ledger.settlement_axis (
    table_no  text not null references ledger.settlement_table,
    axis      text not null constraint settlement_axis_is_known check (axis in ('row', 'column')),
    no        text not null constraint settlement_axis_no_is_digits check (no ~ case axis when 'row' then '^[0-9]{2}$' else '^[0-9]{3}$' end),
    within    text not null default '',
    from_year int  not null,
    version   int  not null default 1 constraint settlement_axis_version_is_positive check (version > 0),
    name      text not null,
    role      text constraint settlement_axis_role_is_known
              check (role in ('purpose', 'nature', 'source', 'revenue', 'lines', 'total', 'figure', 'amount')),
    item      text,
    grade     text not null constraint settlement_axis_grade_is_known check (grade in ('A', 'B', 'C', 'D')),
    why       text not null,
    made_by   text not null,
    made_at   timestamptz not null default clock_timestamp(),
    constraint settlement_axis_pk primary key (table_no, axis, within, no, from_year, version),
    constraint settlement_axis_lines_are_written check (role is distinct from 'lines' or item ~ '^[0-9]{2}/[0-9]+(,[0-9]{2}/[0-9]+)*$'),
    constraint settlement_axis_item_belongs_to_role check (role is null or (item is null) = (role in ('total', 'amount'))),
    constraint settlement_axis_within_is_for_columns check (within = '' or axis = 'column')
);
comment on table ledger.settlement_axis is '表の行と列: number, caption and meaning, from a fiscal year on. A cell is a row and a column; it sums the facts that both mean.';
comment on column ledger.settlement_axis.within is 'column: it has this meaning in this row only. Table 04 continues its line of items in further rows, under the captions of the first.';
comment on column ledger.settlement_axis.role is 'total, amount: every fact. lines: what the budget lines named by the item had, for a cell finer than the words of the survey. Null: taken back from that year on.';
comment on column ledger.settlement_axis.item is 'The word of the role. lines: 会計 and the beginning of a 予算科目, several with commas: 01/1401,01/1402.';
comment on column ledger.settlement_axis.grade is 'Evidence: A three sources or verified bytes, B two, C one or derived from published totals, D assumed.';

create function ledger.settlement_axis_of(year int)
returns table (table_no text, axis text, no text, within text, name text, role text, item text, grade text)
language sql stable as $$
    select a.table_no, a.axis, a.no, a.within, a.name, a.role, a.item, a.grade
      from (select distinct on (x.table_no, x.axis, x.within, x.no) x.*
              from ledger.settlement_axis x
             where x.from_year <= year
             order by x.table_no, x.axis, x.within, x.no, x.from_year desc, x.version desc) a
     where a.role is not null
$$;
comment on function ledger.settlement_axis_of is 'Rows and columns as they are in a fiscal year.';

-- ── Editions ────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.settlement_edition (
    id          bigint generated always as identity constraint settlement_edition_pk primary key,
    fiscal_year int    not null,
    edition     int    not null,
    as_of       date   not null,
    trial       boolean not null,
    business    text   not null,
    body        text   not null,
    prefecture  text   not null,
    body_name   text   not null,
    body_kind   text   not null,
    made_by     text   not null,
    made_at     timestamptz not null default clock_timestamp(),
    constraint settlement_edition_once unique (fiscal_year, edition)
);
comment on table ledger.settlement_edition is '版 of a year''s settlement: made when a file is ordered and the ledger or the rules say something else than the last one.';
comment on column ledger.settlement_edition.as_of is '出納閉鎖: the last day whose bookings count.';
comment on column ledger.settlement_edition.trial is '試算: made while the year could still be booked in. It is looked at and never released; after the closing another edition is made, even when nothing has moved.';
comment on column ledger.settlement_edition.business is 'This and the next four: settlement_body as it was when the edition was made.';

create table ledger.settlement_fact (
    edition_id  bigint not null references ledger.settlement_edition,
    no          int    not null,
    side        text   not null,
    fund        text   not null,
    budget_line text   not null,
    fund_name   text   not null,
    line_name   text   not null,
    purpose     text,
    nature      text,
    source      text,
    revenue     text,
    yen         bigint not null,
    thousand    bigint not null,
    postings    bigint not null,
    constraint settlement_fact_pk primary key (edition_id, no)
);
comment on table ledger.settlement_fact is 'What a budget line received or paid, in the words of the survey. Nothing is left out: what no rule knows has no word and bars the release.';
comment on column ledger.settlement_fact.postings is 'Postings of the whole line; several facts of one line share them.';

create table ledger.settlement_cell (
    id          bigint generated always as identity constraint settlement_cell_pk primary key,
    edition_id  bigint not null references ledger.settlement_edition,
    table_no    text   not null,
    row_no      text   not null,
    column_no   text   not null,
    table_name  text   not null,
    row_name    text   not null,
    column_name text   not null,
    row_role    text   not null,
    row_item    text   not null,
    column_role text   not null,
    column_item text   not null,
    thousand    bigint not null,
    yen         bigint not null,
    postings    bigint not null,
    constraint settlement_cell_once unique (edition_id, table_no, row_no, column_no)
);
comment on table ledger.settlement_cell is '表のセル of an edition: key (決算年度, 表, 行, 列, 版), with the captions and the meaning of its day.';
comment on column ledger.settlement_cell.row_role is 'This and the next three: what row and column meant; an empty item where the role needs none. Identities and workbook read them here, so that rows and columns edited later change no edition.';
comment on column ledger.settlement_fact.thousand is 'Its share in 千円 by largest remainder: cells add these, so that every table adds up.';

create function ledger.refuse_settlement_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'RK002', hint = 'correct by a row with a higher version';
end $$;
do $$
declare
    name text;
begin
    foreach name in array array['item', 'table', 'rule', 'axis', 'portion', 'funding', 'figure', 'edition', 'fact', 'cell'] loop
        execute format('create trigger settlement_%1$s_stays before update or delete or truncate on ledger.settlement_%1$s
                            for each statement execute function ledger.refuse_settlement_change()', name);
    end loop;
end $$;

-- ── Rounding ────────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.thousands(yen numeric) returns bigint
language sql immutable parallel safe as $$ select round(yen / 1000)::bigint $$;
comment on function ledger.thousands is '千円, half away from zero.';

create function ledger.largest_remainder(yen bigint[], thousands bigint) returns bigint[]
language sql immutable parallel safe as $$
    select coalesce(array_agg(f.floor + (f.place <= thousands - f.given)::int order by f.n), '{}')
      from (select n, floor, sum(floor) over () as given, row_number() over (order by y - 1000 * floor desc, n) as place
              from (select n, y, floor(y::numeric / 1000)::bigint as floor from unnest(yen) with ordinality u (y, n)) x) f
$$;
comment on function ledger.largest_remainder is 'Shares `thousands` among amounts in yen: each gets its whole thousands (rounded down, also below zero), and those with the largest remainder one more, the earlier one at a tie. Exact when `thousands` is the sum rounded up or down.';

do $$
begin
    assert ledger.largest_remainder(array[1500, 1500, 1500], 5) = array[2, 2, 1]::bigint[], 'ties go to the earlier';
    assert ledger.largest_remainder(array[333, 333, 334], 1) = array[0, 0, 1]::bigint[], 'one thousand in all';
    assert ledger.largest_remainder(array[-1500, 2700], 1) = array[-2, 3]::bigint[], 'below zero';
    assert ledger.largest_remainder(array[-1200, -1700], -3) = array[-1, -2]::bigint[], 'all below zero';
    assert ledger.largest_remainder(array[0, 2000, 999], 3) = array[0, 2, 1]::bigint[], 'whole thousands stay as they are';
    assert ledger.largest_remainder('{}', 0) = '{}', 'nothing';
    assert ledger.thousands(-1500) = -2 and ledger.thousands(1499) = 1 and ledger.thousands(1500) = 2, 'half away from zero';
end $$;

-- ── From the ledger to facts ────────────────────────────────────────────────────────────────────────────────────────

create view ledger.budget_execution as
select e.fiscal_year, e.fund, p.budget_line, b.side, b.name,
       sum(case when (p.debit_account = '1101') = (coalesce(b.side, 'revenue') = 'revenue') then p.amount else -p.amount end)::bigint as yen,
       count(*) as postings, max(e.booked_on) as last_on
  from ledger.entry e
  join ledger.posting p on p.entry_id = e.id
  left join ledger.budget_line b on (b.fiscal_year, b.fund, b.code) = (e.fiscal_year, e.fund, p.budget_line)
 -- Money moved, and on account of the budget: what lies between (過誤納金, 収入未整理, 歳計外) is no revenue yet and no expenditure.
 where (p.debit_account = '1101') <> (p.credit_account = '1101')
   and (p.budget_line is not null or p.debit_account in ('1201', '2101') or p.credit_account in ('1201', '2101'))
 group by e.fiscal_year, e.fund, p.budget_line, b.side, b.name;
comment on view ledger.budget_execution is '収入済額・支出済額 per budget line and year: cash received (revenue) or paid (expenditure), 戻出 and 戻入 taken off. The database keeps bookings after 31 May out of a year.';

create function ledger.budget_section(code text) returns text
language sql immutable parallel safe as $$ select right(code, 2) $$;
comment on function ledger.budget_section is '節 of an expenditure code (款2 項2 目2 事業2 節2).';

create function ledger.settlement_word(role text, fund text, code text, year int) returns text
language sql stable as $$
    select r.item
      from (select distinct on (x.fund, x.key) x.fund, x.key, x.item
              from ledger.settlement_rule x
             where x.role = settlement_word.role and x.fund in ('', settlement_word.fund) and x.from_year <= year
               and case when x.role <> 'nature' then starts_with(code, x.key)
                        when x.key like '%/%' then starts_with(code, split_part(x.key, '/', 1)) and split_part(x.key, '/', 2) = ledger.budget_section(code)
                        else x.key = ledger.budget_section(code) end
             order by x.fund, x.key, x.from_year desc, x.version desc) r
     where r.item is not null
     order by r.fund desc, length(r.key) desc
     limit 1
$$;
comment on function ledger.settlement_word is 'What a code is in the survey of a year: the rule of the 会計 before that of all, the longest key before a shorter one. Null: unmapped.';

create function ledger.settlement_lines(year int)
returns table (fund text, budget_line text, side text, name text, standing text, purpose text, nature text, revenue text, yen bigint, postings bigint)
language sql stable as $$
    select x.fund, x.budget_line, x.side, x.name, ledger.settlement_word('fund', x.fund, x.fund, year),
           case when x.side = 'expenditure' then ledger.settlement_word('purpose', x.fund, x.budget_line, year) end,
           case when x.side = 'expenditure' then ledger.settlement_word('nature', x.fund, x.budget_line, year) end,
           case when x.side = 'revenue' then ledger.settlement_word('revenue', x.fund, x.budget_line, year) end,
           x.yen, x.postings
      from ledger.budget_execution x
     where x.fiscal_year = year
$$;
comment on function ledger.settlement_lines is 'Every budget line money moved on, with its words. standing: ordinary (普通会計), outside, or null when nobody said.';

create function ledger.settlement_facts(year int)
returns table (side text, fund text, budget_line text, line_name text, purpose text, nature text, source text, revenue text, yen bigint, postings bigint)
language sql stable as $$
    with line as materialized (
        select l.* from ledger.settlement_lines(year) l
         where l.standing = 'ordinary' and l.side is not null
           and coalesce(l.purpose, l.revenue, '') not in ('outside', 'netted')
    ), portion as (
        select p.fund, p.budget_line, p.nature, p.yen
          from (select distinct on (x.fund, x.budget_line, x.nature) x.* from ledger.settlement_portion x
                 where x.fiscal_year = year order by x.fund, x.budget_line, x.nature, x.version desc) p
         where p.yen <> 0
    ), part as (
        select l.fund, l.budget_line, p.nature, sum(p.yen)::bigint as yen
          from line l
         cross join lateral (
            select x.nature, x.yen from portion x where (x.fund, x.budget_line) = (l.fund, l.budget_line)
            union all
            select l.nature, l.yen - coalesce((select sum(x.yen) from portion x where (x.fund, x.budget_line) = (l.fund, l.budget_line)), 0)) p
         where l.side = 'expenditure'
         group by l.fund, l.budget_line, p.nature
    ), funding as (
        select f.fund, f.budget_line, coalesce(nullif(f.nature, ''), l.nature) as nature, f.source, sum(f.yen)::bigint as yen
          from (select distinct on (x.fund, x.budget_line, x.nature, x.source) x.* from ledger.settlement_funding x
                 where x.fiscal_year = year order by x.fund, x.budget_line, x.nature, x.source, x.version desc) f
          join line l on (l.fund, l.budget_line) = (f.fund, f.budget_line)
         where f.yen <> 0
         group by 1, 2, 3, 4
    ), funded as (
        select p.fund, p.budget_line, p.nature, f.source, f.yen
          from part p join funding f on (f.fund, f.budget_line) = (p.fund, p.budget_line) and f.nature is not distinct from p.nature
        union all
        select p.fund, p.budget_line, p.nature, 'general',
               p.yen - coalesce((select sum(f.yen) from funding f
                                  where (f.fund, f.budget_line) = (p.fund, p.budget_line) and f.nature is not distinct from p.nature), 0)
          from part p
    )
    select l.side, l.fund, l.budget_line, l.name, l.purpose, f.nature, f.source, l.revenue, f.yen, l.postings
      from line l
      join funded f on (f.fund, f.budget_line) = (l.fund, l.budget_line)
     where f.yen <> 0 or l.yen = 0 and f.source = 'general'
    union all
    select l.side, l.fund, l.budget_line, l.name, null, null, null, l.revenue, l.yen, l.postings
      from line l where l.side = 'revenue'
$$;
comment on function ledger.settlement_facts is 'The settlement of 普通会計 as facts: lines split by portions and earmarks, without what is outside or netted between its 会計.';

-- ── From facts to cells ─────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.begin_settlement(year int) returns void
language plpgsql as $$
begin
    perform intake.work_table('settling', 'no int, side text, fund text, fund_name text, budget_line text, line_name text, purpose text, upper text, nature text, source text, revenue text,
        yen bigint, thousand bigint, postings bigint, keys text[]');
    perform intake.work_table('settling_share', 'key text, thousand bigint');
    delete from pg_temp.settling;
    delete from pg_temp.settling_share;

    insert into pg_temp.settling
    select row_number() over (order by k.keys[5] collate "C"), f.side, f.fund, d.name, f.budget_line, f.line_name, f.purpose, i.parent, f.nature, f.source, f.revenue, f.yen, null, f.postings, k.keys
      from ledger.settlement_facts(year) f
      join ledger.fund d on d.code = f.fund
      left join ledger.settlement_item i on (i.role, i.code) = ('purpose', f.purpose)
      left join ledger.settlement_item u on (u.role, u.code) = ('purpose', i.parent)
      left join ledger.settlement_item r on (r.role, r.code) = ('revenue', f.revenue)
      left join ledger.settlement_item n on (n.role, n.code) = ('nature', f.nature)
      left join ledger.settlement_item s on (s.role, s.code) = ('source', f.source)
     cross join lateral (select to_char(coalesce(u.sort, i.sort, r.sort, 9999), 'FM0000') || coalesce(i.parent, f.purpose, f.revenue, '') as whole,
                                to_char(coalesce(i.sort, r.sort, 9999), 'FM0000') || coalesce(f.purpose, f.revenue, '') as item,
                                to_char(coalesce(n.sort, 9999), 'FM0000') || coalesce(f.nature, '') || to_char(coalesce(s.sort, 9999), 'FM0000') || coalesce(f.source, '') as kind,
                                f.fund || f.budget_line as line) x
     cross join lateral (select array[f.side, concat_ws('/', f.side, x.whole), concat_ws('/', f.side, x.whole, x.item),
                                      concat_ws('/', f.side, x.whole, x.item, x.kind), concat_ws('/', f.side, x.whole, x.item, x.kind, x.line)] as keys) k;

    -- From the whole down: the total, 款 (or item of revenue), 項, 性質 by 財源, budget line. Each step shares what the step above
    -- got, so that no 款 is more than one thousand away from its yen, and every table adds up whichever way it is read.
    insert into pg_temp.settling_share select keys[1], ledger.thousands(sum(yen)) from pg_temp.settling group by 1;
    for level in 2 .. 5 loop
        insert into pg_temp.settling_share
        select s.key, s.thousand
          from (select g.above, array_agg(g.key order by g.key collate "C") as keys, array_agg(g.yen order by g.key collate "C") as yens
                  from (select f.keys[level - 1] as above, f.keys[level] as key, sum(f.yen)::bigint as yen from pg_temp.settling f group by 1, 2) g
                 group by g.above) x
          join pg_temp.settling_share p on p.key = x.above
         cross join lateral unnest(x.keys, ledger.largest_remainder(x.yens, p.thousand)) s (key, thousand);
    end loop;
    update pg_temp.settling f set thousand = s.thousand from pg_temp.settling_share s where s.key = f.keys[5];
end $$;
comment on function ledger.begin_settlement is 'Makes the temp table settling: the facts of a year as the ledger gives them now, each with its share in 千円.';

create function ledger.settlement_cells(year int)
returns table (table_no text, row_no text, column_no text, table_name text, row_name text, column_name text, row_role text, row_item text, column_role text,
               column_item text, thousand bigint, yen bigint, postings bigint)
language plpgsql volatile as $$
#variable_conflict use_column
begin
    return query
    with axis as materialized (
        select a.*, coalesce(a.item, '') as word from ledger.settlement_axis_of(year) a
    ), cell as materialized (
        select t.table_no, t.name as table_name, t.about, r.no as row_no, c.no as column_no, r.name as row_name, c.name as column_name,
               r.role as row_role, r.word as row_word, c.role as column_role, c.word as column_word
          from ledger.settlement_table t
          join axis r on r.table_no = t.table_no and r.axis = 'row'
          join axis c on c.table_no = t.table_no and c.axis = 'column' and c.within in ('', r.no)
    ), meaning as materialized (
        -- What a fact adds to: everything, its 目的 and the 款 above it, its 性質, its 財源, its item of revenue, the lines it is one of.
        select f.no, f.side, m.role, m.word
          from pg_temp.settling f
         cross join lateral (values ('total', ''), ('amount', ''), ('purpose', f.purpose), ('purpose', f.upper), ('nature', f.nature), ('source', f.source),
                                    ('revenue', f.revenue)) m (role, word)
         where m.word is not null
        union all
        select f.no, f.side, 'lines', l.word
          from (select distinct word from axis where role = 'lines') l
          join pg_temp.settling f
            on exists (select from unnest(string_to_array(l.word, ',')) w where f.fund = split_part(w, '/', 1) and starts_with(f.budget_line, split_part(w, '/', 2)))
    ), summed as (
        select l.table_no, l.row_no, l.column_no, sum(l.thousand)::bigint as thousand, sum(l.yen)::bigint as yen, sum(l.postings)::bigint as postings
          from (select c.table_no, c.row_no, c.column_no, f.fund, f.budget_line, sum(f.thousand) as thousand, sum(f.yen) as yen, max(f.postings) as postings
                  from cell c
                  join meaning r on (r.side, r.role, r.word) = (c.about, c.row_role, c.row_word)
                  join meaning k on k.no = r.no and (k.role, k.word) = (c.column_role, c.column_word)
                  join pg_temp.settling f on f.no = r.no
                 group by c.table_no, c.row_no, c.column_no, f.fund, f.budget_line) l
         group by l.table_no, l.row_no, l.column_no
    ), total as (
        -- 02 comes from the lines themselves and not by way of their shares; its differences are those of the printed thousands.
        select f.figure, f.yen, f.postings, ledger.thousands(f.yen) as thousand
          from (select case side when 'revenue' then 'revenue_total' else 'expenditure_total' end as figure, sum(yen)::bigint as yen,
                       (select sum(p.postings) from (select distinct x.fund, x.budget_line, x.postings from pg_temp.settling x where x.side = s.side) p)::bigint as postings
                  from pg_temp.settling s group by side
                union all
                (select 'carried_over', g.yen, 0 from ledger.settlement_figure g where g.fiscal_year = year and g.figure = 'carried_over' order by g.version desc limit 1)) f
    ), figure as (
        select t.figure, t.yen, t.thousand, t.postings from total t
        union all
        select w.figure, coalesce(sum(t.yen * w.sign), 0)::bigint, coalesce(sum(t.thousand * w.sign), 0)::bigint, coalesce(sum(t.postings), 0)::bigint
          from (values ('balance', 'revenue_total', 1), ('balance', 'expenditure_total', -1),
                       ('real_balance', 'revenue_total', 1), ('real_balance', 'expenditure_total', -1), ('real_balance', 'carried_over', -1)) w (figure, of, sign)
          left join total t on t.figure = w.of
         group by w.figure
    )
    select c.table_no, c.row_no, c.column_no, c.table_name, c.row_name, c.column_name, c.row_role, c.row_word, c.column_role, c.column_word,
           coalesce(s.thousand, g.thousand, 0), coalesce(s.yen, g.yen, 0), coalesce(s.postings, g.postings, 0)
      from cell c
      left join summed s on (s.table_no, s.row_no, s.column_no) = (c.table_no, c.row_no, c.column_no)
      left join figure g on c.about = 'balance' and g.figure = c.column_word
     order by 1, 2, 3;
end $$;
comment on function ledger.settlement_cells is 'The cells of every table, from the temp table settling.';

create function ledger.begin_settlement_cells(year int) returns void
language plpgsql as $$
begin
    perform intake.work_table('settling_cell', 'table_no text, row_no text, column_no text, table_name text, row_name text, column_name text, row_role text, row_item text,
        column_role text, column_item text, thousand bigint, yen bigint, postings bigint');
    delete from pg_temp.settling_cell;
    insert into pg_temp.settling_cell select * from ledger.settlement_cells(year);
end $$;
comment on function ledger.begin_settlement_cells is 'Makes the temp table settling_cell from settling.';

create function ledger.settle(year int, who text, today date) returns bigint
language plpgsql as $$
declare
    last   ledger.settlement_edition;
    closes date := make_date(year + 1, 5, 31);
    made   bigint;
begin
    select e.* into last from ledger.settlement_edition e where e.fiscal_year = year order by e.edition desc limit 1;
    perform ledger.begin_settlement(year);
    perform ledger.begin_settlement_cells(year);
    -- A trial is never what is handed in: the first order after the closing makes an edition of its own.
    if last.id is not null and last.trial = (today <= closes) and not ledger.settlement_moved(last.id) then
        return last.id;
    end if;
    insert into ledger.settlement_edition (fiscal_year, edition, as_of, trial, business, body, prefecture, body_name, body_kind, made_by)
    select year, coalesce(last.edition, 0) + 1, closes, today <= closes, b.business, b.code, b.prefecture, b.name, b.kind, who
      from ledger.settlement_body b
    on conflict do nothing
    returning id into made;
    if made is null then
        raise exception 'another run makes an edition of % at this moment', year using errcode = 'serialization_failure';
    end if;
    insert into ledger.settlement_fact (edition_id, side, no, fund, fund_name, budget_line, line_name, purpose, nature, source, revenue, yen, thousand, postings)
    select made, side, no, fund, fund_name, budget_line, line_name, purpose, nature, source, revenue, yen, thousand, postings from pg_temp.settling;
    insert into ledger.settlement_cell (edition_id, table_no, row_no, column_no, table_name, row_name, column_name, row_role, row_item, column_role, column_item, thousand, yen, postings)
    select made, table_no, row_no, column_no, table_name, row_name, column_name, row_role, row_item, column_role, column_item, thousand, yen, postings from pg_temp.settling_cell order by 1, 2, 3, 4;
    return made;
end $$;
comment on function ledger.settle is 'The edition that says what the ledger and the rules say now: the last one, or a new one when anything is different, or when the last one was a trial and the year is closed.';

create function ledger.settlement_moved(of_edition bigint) returns boolean
language plpgsql stable as $$
begin
    return not exists (
        select from ledger.settlement_edition e join ledger.settlement_body b
            on (e.business, e.body, e.prefecture, e.body_name, e.body_kind) = (b.business, b.code, b.prefecture, b.name, b.kind)
         where e.id = of_edition)
        or exists (
        (select no, fund, fund_name, budget_line, line_name, purpose, nature, source, revenue, yen, thousand, postings from ledger.settlement_fact where edition_id = of_edition
         except all select no, fund, fund_name, budget_line, line_name, purpose, nature, source, revenue, yen, thousand, postings from pg_temp.settling)
        union all
        (select no, fund, fund_name, budget_line, line_name, purpose, nature, source, revenue, yen, thousand, postings from pg_temp.settling
         except all select no, fund, fund_name, budget_line, line_name, purpose, nature, source, revenue, yen, thousand, postings from ledger.settlement_fact where edition_id = of_edition))
        or exists (
        (select table_no, row_no, column_no, table_name, row_name, column_name, row_role, row_item, column_role, column_item, thousand, yen, postings from ledger.settlement_cell where edition_id = of_edition
         except all select table_no, row_no, column_no, table_name, row_name, column_name, row_role, row_item, column_role, column_item, thousand, yen, postings from pg_temp.settling_cell)
        union all
        (select table_no, row_no, column_no, table_name, row_name, column_name, row_role, row_item, column_role, column_item, thousand, yen, postings from pg_temp.settling_cell
         except all select table_no, row_no, column_no, table_name, row_name, column_name, row_role, row_item, column_role, column_item, thousand, yen, postings from ledger.settlement_cell where edition_id = of_edition));
end $$;
comment on function ledger.settlement_moved is 'Whether the ledger, the rules or the captions say something else than an edition; reads the temp tables of settle().';

-- ── What bars the release ───────────────────────────────────────────────────────────────────────────────────────────

create function ledger.settlement_unmapped(year int) returns table (object text, object_id bigint, code text, detail jsonb)
language sql stable as $$
    with line as materialized (
        select l.*, case when l.budget_line ~ '^[0-9]{1,18}$' then l.budget_line::bigint end as id,
               jsonb_build_object('value', coalesce(l.budget_line, '-'), 'name', coalesce(l.name, '-'), 'fund', l.fund, 'yen', l.yen) as detail
          from ledger.settlement_lines(year) l
    )
    select 'budget_line', l.id, 'SETTLEMENT_LINE_UNKNOWN', l.detail from line l where l.side is null
    union all
    select 'fund', l.fund::bigint, 'SETTLEMENT_FUND_UNKNOWN', jsonb_build_object('value', l.fund, 'name', f.name, 'yen', sum(abs(l.yen)))
      from line l join ledger.fund f on f.code = l.fund
     where l.standing is null and l.side is not null group by l.fund, f.name
    union all
    select 'budget_line', l.id, 'SETTLEMENT_UNMAPPED', l.detail || jsonb_build_object('role', r.roles, 'section', case when l.side = 'expenditure' then ledger.budget_section(l.budget_line) else '-' end)
      from line l
     cross join lateral (select string_agg(m.role, ', ' order by m.n) as roles
                           from (values (1, 'revenue', l.side = 'revenue' and l.revenue is null), (2, 'purpose', l.side = 'expenditure' and l.purpose is null),
                                        (3, 'nature', l.side = 'expenditure' and l.nature is null and l.purpose is distinct from 'outside' and l.purpose is distinct from 'netted')) m (n, role, missing)
                          where m.missing) r
     where l.standing = 'ordinary' and r.roles is not null
    union all
    select null, null, 'SETTLEMENT_NETTING', jsonb_build_object('revenue', n.revenue, 'expenditure', n.expenditure, 'value', n.revenue - n.expenditure)
      from (select coalesce(sum(yen) filter (where revenue = 'netted'), 0) as revenue, coalesce(sum(yen) filter (where purpose = 'netted'), 0) as expenditure
              from line where standing = 'ordinary') n
     where n.revenue <> n.expenditure
    union all
    select null, null, 'SETTLEMENT_NOTHING', jsonb_build_object('value', year) where not exists (select from line)
$$;
comment on function ledger.settlement_unmapped is 'Lines no rule knows, and 会計 nobody classified: nothing of a settlement may be unmapped.';

create function ledger.settlement_misassigned(year int) returns table (object text, object_id bigint, code text, detail jsonb)
language sql stable as $$
    with share as (
        select 'portion' as what, p.fund, p.budget_line, p.nature, null as source, p.yen
          from (select distinct on (x.fund, x.budget_line, x.nature) x.* from ledger.settlement_portion x
                 where x.fiscal_year = year order by x.fund, x.budget_line, x.nature, x.version desc) p where p.yen <> 0
        union all
        select 'funding', f.fund, f.budget_line, f.nature, f.source, f.yen
          from (select distinct on (x.fund, x.budget_line, x.nature, x.source) x.* from ledger.settlement_funding x
                 where x.fiscal_year = year order by x.fund, x.budget_line, x.nature, x.source, x.version desc) f where f.yen <> 0
    ), fact as materialized (
        select f.fund, f.budget_line, f.line_name, f.nature, sum(f.yen) as yen, sum(f.yen) filter (where f.source = 'general') as general,
               case when f.budget_line ~ '^[0-9]{1,18}$' then f.budget_line::bigint end as id, min(i.name) as nature_name
          from ledger.settlement_facts(year) f left join ledger.settlement_item i on (i.role, i.code) = ('nature', f.nature)
         where f.side = 'expenditure' group by f.fund, f.budget_line, f.line_name, f.nature
    ), own as (
        select l.fund, l.budget_line, l.nature from ledger.settlement_lines(year) l where l.side = 'expenditure'
    )
    -- More taken out of a line than it paid, or a share below zero where the whole is not.
    select 'budget_line', f.id, 'SETTLEMENT_PORTION_ABOVE', jsonb_build_object('value', f.budget_line, 'name', f.line_name, 'fund', f.fund, 'nature', f.nature_name, 'yen', f.yen)
      from fact f
     where f.yen < 0 and (select sum(x.yen) from fact x where (x.fund, x.budget_line) = (f.fund, f.budget_line)) >= 0
    union all
    select 'budget_line', f.id, 'SETTLEMENT_FUNDING_ABOVE', jsonb_build_object('value', f.budget_line, 'name', f.line_name, 'fund', f.fund, 'nature', coalesce(f.nature_name, '-'), 'yen', f.yen, 'funded', f.yen - f.general)
      from fact f where f.yen >= 0 and f.general < 0
    union all
    select 'budget_line', case when s.budget_line ~ '^[0-9]{1,18}$' then s.budget_line::bigint end, 'SETTLEMENT_SHARE_LOST',
           jsonb_build_object('value', s.budget_line, 'fund', s.fund, 'what', s.what, 'item', coalesce(i.name, n.name, '-'), 'yen', s.yen)
      from share s
      left join own o on (o.fund, o.budget_line) = (s.fund, s.budget_line)
      left join ledger.settlement_item i on (i.role, i.code) = ('source', s.source)
      left join ledger.settlement_item n on (n.role, n.code) = ('nature', s.nature)
     where not exists (select from fact f where (f.fund, f.budget_line) = (s.fund, s.budget_line)
                          and f.nature is not distinct from coalesce(nullif(s.nature, ''), o.nature))
$$;
comment on function ledger.settlement_misassigned is 'Portions and earmarks that are more than their line paid, or belong to nothing.';

create function ledger.settlement_homeless(of_edition bigint) returns table (object text, object_id bigint, code text, detail jsonb)
language sql stable as $$
    with axis as materialized (
        select a.* from ledger.settlement_edition e cross join lateral ledger.settlement_axis_of(e.fiscal_year) a where e.id = of_edition
    ), pair as (
        select a_role, a_item, b_role, b_item, sum(f.yen) as yen
          from ledger.settlement_fact f
         cross join lateral (values ('purpose', f.purpose, 'nature', f.nature), ('purpose', f.purpose, 'source', f.source), ('nature', f.nature, 'source', f.source),
                                    ('revenue', f.revenue, 'amount', '')) p (a_role, a_item, b_role, b_item)
         where f.edition_id = of_edition and a_item is not null and b_item is not null
         group by 1, 2, 3, 4
    )
    select null::text, null::bigint, 'SETTLEMENT_NO_CELL', jsonb_build_object('value', i.name, 'other', coalesce(j.name, '決算額'), 'yen', p.yen)
      from pair p
      join ledger.settlement_item i on (i.role, i.code) = (p.a_role, p.a_item)
      left join ledger.settlement_item j on (j.role, j.code) = (p.b_role, p.b_item)
     where not exists (select from axis x join axis y on y.table_no = x.table_no and y.axis <> x.axis
                        where x.role = p.a_role and x.item in (p.a_item, i.parent) and y.role = p.b_role and coalesce(y.item, '') = p.b_item)
$$;
comment on function ledger.settlement_homeless is 'Facts for which no table has a cell.';

create function ledger.settlement_identities(of_edition bigint)
returns table (identity text, identity_en text, place text, should bigint, has bigint)
language sql stable as $$
    with cell as materialized (
        select c.table_no, c.row_no, c.column_no, c.row_name, c.column_name, c.thousand, t.about, c.row_role, nullif(c.row_item, '') as row_item, c.column_role,
               nullif(c.column_item, '') as column_item, i.parent as column_parent
          from ledger.settlement_cell c
          join ledger.settlement_table t on t.table_no = c.table_no
          left join ledger.settlement_item i on (i.role, i.code) = (c.column_role, c.column_item)
         where c.edition_id = of_edition
    ), purpose as (
        select * from cell where column_role = 'purpose'
    ), nature as (
        select * from cell where about = 'expenditure' and column_role in ('total', 'source')
    )
    select '表05の歳入合計 = 表02の歳入総額', 'table 05 total = table 02 total of revenue', format('表%s 行%s', c.table_no, c.row_no), g.thousand, c.thousand
      from cell c join cell g on g.column_item = 'revenue_total' where c.about = 'revenue' and c.row_role = 'total'
    union all
    select '表13の歳出合計 = 表02の歳出総額', 'table 13 total = table 02 total of expenditure', format('表%s 行%s', c.table_no, c.row_no), g.thousand, c.thousand
      from nature c join cell g on g.column_item = 'expenditure_total' where c.row_role = 'total' and c.column_role = 'total'
    union all
    select '歳入の内訳の計 = 歳入合計', 'items of revenue add up to the total', format('表%s 列%s', c.table_no, c.column_no), c.thousand,
           (select sum(x.thousand)::bigint from cell x where x.table_no = c.table_no and x.column_no = c.column_no and x.row_role = 'revenue')
      from cell c where c.about = 'revenue' and c.row_role = 'total'
    union all
    select '性質別の計 = 歳出合計', 'natures add up to the total', format('表%s 列%s %s', c.table_no, c.column_no, c.column_name), c.thousand,
           (select sum(x.thousand)::bigint from cell x where x.table_no = c.table_no and x.column_no = c.column_no and x.row_role = 'nature')
      from cell c where c.about = 'expenditure' and c.row_role = 'total'
    union all
    select '財源内訳の計 = 歳出合計', 'sources add up to the total', format('表%s 列%s %s', c.table_no, c.column_no, c.column_name), c.thousand,
           (select sum(x.thousand)::bigint from cell x where x.table_no = c.table_no and x.column_no = c.column_no and x.row_role = 'source')
      from purpose c where c.row_role = 'total'
    union all
    select '財源内訳の計 = 歳出合計', 'sources add up to the total', format('表%s 行%s %s', c.table_no, c.row_no, c.row_name), c.thousand,
           (select sum(x.thousand)::bigint from nature x where x.table_no = c.table_no and x.row_no = c.row_no and x.column_role = 'source')
      from nature c where c.column_role = 'total'
    union all
    select '項の計 = 款の総額', 'parts of a purpose add up to it', format('表%s 列%s %s 行%s %s', c.table_no, c.column_no, c.column_name, c.row_no, c.row_name), c.thousand, p.thousand
      from purpose c
     cross join lateral (select sum(x.thousand)::bigint as thousand from purpose x where x.table_no = c.table_no and x.row_no = c.row_no and x.column_parent = c.column_item) p
     where p.thousand is not null
    union all
    select '表07～12の目的別の計 = 表13', 'purposes of tables 07 to 12 add up to table 13', format('表%s 行%s %s', n.table_no, n.row_no, n.row_name), n.thousand,
           (select coalesce(sum(x.thousand), 0)::bigint from purpose x where x.column_parent is null and x.row_role = n.row_role and x.row_item is not distinct from n.row_item)
      from nature n where n.column_role = 'total'
    union all
    select '表07～12の財源の計 = 表13', 'sources of tables 07 to 12 add up to table 13', format('表%s 列%s %s', n.table_no, n.column_no, n.column_name), n.thousand,
           (select coalesce(sum(x.thousand), 0)::bigint from purpose x where x.column_parent is null and x.row_role = 'source' and x.row_item = n.column_item)
      from nature n where n.row_role = 'total' and n.column_role = 'source'
$$;
comment on function ledger.settlement_identities is 'What must be equal, with both sides in 千円. Written against the cells, not against the way they were made.';

create function ledger.settlement_breaks(of_edition bigint) returns table (object text, object_id bigint, code text, severity text, detail jsonb)
language sql stable as $$
    with edition as (select * from ledger.settlement_edition where id = of_edition)
    -- What is about no line and no fund is about the edition, numbered, so that the list always reads the same.
    select coalesce(b.object, 'survey'), coalesce(b.object_id, case when b.object is null then row_number() over (partition by b.object is null order by b.severity desc, b.code, b.detail::text collate "C") end),
           b.code, b.severity, b.detail
      from (select x.*, 'stop' as severity
              from edition e
             cross join lateral (select * from ledger.settlement_unmapped(e.fiscal_year)
                                 union all select * from ledger.settlement_misassigned(e.fiscal_year)
                                 union all select * from ledger.settlement_homeless(e.id)) x
            union all
            select null, null, 'SETTLEMENT_IDENTITY',
                   jsonb_build_object('items', i.identity, 'items_en', i.identity_en, 'place', i.place, 'should', i.should, 'value', coalesce(i.has, 0),
                                      'difference', coalesce(i.has, 0) - i.should), 'stop'
              from edition e cross join lateral ledger.settlement_identities(e.id) i where i.should is distinct from i.has
            union all
            -- What the ledger cannot know must have been said, be it 0 yen: a blank would make 実質収支 wrong without a word.
            select null, null, 'SETTLEMENT_FIGURE_MISSING', jsonb_build_object('value', e.fiscal_year), case when e.trial then 'item' else 'stop' end
              from edition e
             where not exists (select from ledger.settlement_figure g where g.fiscal_year = e.fiscal_year and g.figure = 'carried_over')
            union all
            select null, null, 'SETTLEMENT_YEAR_OPEN', jsonb_build_object('value', e.fiscal_year, 'through', e.as_of), 'bar'
              from edition e where e.trial) b
     order by b.severity desc, b.object nulls last, 2, b.code
$$;
comment on function ledger.settlement_breaks is 'The list of what is wrong with an edition. stop: it is not released. item: said, and goes on. bar: a trial, made to be looked at.';

create function ledger.check_settlement_release(file bigint, today date) returns void
language plpgsql as $$
declare
    e ledger.settlement_edition;
begin
    select x.* into e from ledger.settlement_edition x
     where x.id in (select c.edition_id from export.claim q join ledger.settlement_cell c on c.id = q.object_id
                     where q.file_id = file and q.object = 'settlement_cell' limit 1);
    if e.trial or today <= e.as_of then
        raise exception 'SETTLEMENT_TRIAL' using errcode = 'RK060', detail = json_build_object('value', e.edition, 'year', e.fiscal_year, 'through', e.as_of);
    end if;
    -- An earlier edition that was asked for by its number leaves as it is.
    if (select f.params ? 'edition' from export.file f where f.id = file) then
        return;
    end if;
    perform ledger.begin_settlement(e.fiscal_year);
    perform ledger.begin_settlement_cells(e.fiscal_year);
    if ledger.settlement_moved(e.id) then
        raise exception 'SETTLEMENT_LEDGER_MOVED'
            using errcode = 'RK060', detail = json_build_object('value', e.edition, 'year', e.fiscal_year);
    end if;
end $$;
comment on function ledger.check_settlement_release is 'Refuses to release a file of a trial, of a year that can still be booked in, or of an edition that the ledger or the rules no longer say.';

-- ── What staff edit ─────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.check_settlement_edit(item_role text, item text, who text, why text) returns void
language plpgsql as $$
begin
    if btrim(coalesce(why, '')) = '' or btrim(coalesce(who, '')) = '' then
        perform ledger.refuse_settlement('the tables of the settlement are edited by somebody who says why', 'one of the two was not given', 'say who and why');
    elsif item is not null and not exists (select from ledger.settlement_item i where (i.role, i.code) = (item_role, item)) then
        perform ledger.refuse_settlement(format('%s is no %s of the survey', item, item_role),
            format('there are: %s', (select string_agg(i.code, ', ' order by i.sort, i.code) from ledger.settlement_item i where i.role = item_role)),
            'nothing was changed');
    end if;
end $$;

-- The beginning of a line is enough, and lines of a coming year are not loaded yet: those of any year count. What no line of any year
-- begins with is a slip of the pen, and would map nothing.
create function ledger.settlement_key_is_known(role text, fund text, key text) returns boolean language sql stable as $$
    select case role
           when 'fund' then exists (select from ledger.fund f where f.code = key)
           else exists (select from ledger.budget_line b
                         where (settlement_key_is_known.fund = '' or b.fund = settlement_key_is_known.fund)
                           and b.side = case role when 'revenue' then 'revenue' else 'expenditure' end
                           and case when role <> 'nature' then starts_with(b.code, key)
                                    when key like '%/%' then starts_with(b.code, split_part(key, '/', 1))
                                                             and ledger.budget_section(b.code) = split_part(key, '/', 2)
                                    else ledger.budget_section(b.code) = key end) end
$$;
comment on function ledger.settlement_key_is_known is 'Whether there is a 会計, a 予算科目 or a 節 that a rule of the survey would be about.';

create function ledger.set_settlement_rule(role text, fund text, key text, from_year int, item text, who text, why text) returns int
language plpgsql as $$
#variable_conflict use_variable
declare
    made int;
begin
    perform ledger.check_settlement_edit(role, item, who, why);
    if (key !~ case role when 'nature' then '^([0-9]+/)?[0-9]{2}$' when 'fund' then '^[0-9]{2}$' else '^[0-9]+$' end) then
        perform ledger.refuse_settlement(format('%s is no key of a rule for %s', key, role),
            case role when 'nature' then 'it is a 節 of two digits, or the beginning of a line, a slash and the 節' when 'fund' then 'it is a 会計 of two digits'
                      else 'it is the beginning of a 予算科目' end, 'nothing was changed');
    end if;
    if item is not null and not ledger.settlement_key_is_known(role, fund, key) then
        perform ledger.refuse_settlement(format('there is no %s for a rule of %s', key, role), 'no budget line of any year begins with it', 'nothing was changed');
    end if;
    insert into ledger.settlement_rule as r (role, fund, key, from_year, version, item, why, made_by)
    select role, fund, key, from_year, coalesce(max(x.version), 0) + 1, item, why, who
      from ledger.settlement_rule x where (x.role, x.fund, x.key, x.from_year) = (role, fund, key, from_year)
    returning r.version into made;
    perform audit.record(who, 'settlement.rule', 'settlement_rule', concat_ws('/', role, nullif(fund, ''), key, from_year),
                         (select to_jsonb(x) - 'why' from ledger.settlement_rule x
                           where (x.role, x.fund, x.key, x.from_year, x.version) = (role, fund, key, from_year, made - 1)),
                         jsonb_build_object('item', item, 'version', made), why);
    return made;
end $$;
comment on function ledger.set_settlement_rule is 'A rule of the 対応表 as a higher version; item null takes it back. Returns the version.';

create function ledger.set_settlement_figure(year int, figure text, yen bigint, who text, why text) returns int
language plpgsql as $$
#variable_conflict use_variable
declare
    made int;
begin
    perform ledger.check_settlement_edit(null, null, who, why);
    insert into ledger.settlement_figure as f (fiscal_year, figure, version, yen, why, made_by)
    select year, figure, coalesce(max(x.version), 0) + 1, yen, why, who from ledger.settlement_figure x where (x.fiscal_year, x.figure) = (year, figure)
    returning f.version into made;
    perform audit.record(who, 'settlement.figure', 'settlement_figure', concat_ws('/', year, figure), null, jsonb_build_object('yen', yen, 'version', made), why);
    return made;
end $$;
comment on function ledger.set_settlement_figure is 'A figure the ledger cannot know, as a higher version.';

create function ledger.set_settlement_share(year int, fund text, budget_line text, nature text, source text, yen bigint, who text, why text) returns int
language plpgsql as $$
#variable_conflict use_variable
declare
    made int;
begin
    perform ledger.check_settlement_edit('nature', nullif(nature, ''), who, why);
    perform ledger.check_settlement_edit('source', source, who, why);
    if not exists (select from ledger.budget_line b where (b.fiscal_year, b.fund, b.code) = (year, fund, budget_line)) then
        perform ledger.refuse_settlement(format('line %s of fund %s', budget_line, fund), format('it is no line of %s', year), 'nothing was changed');
    end if;
    if source is null then
        insert into ledger.settlement_portion as p (fiscal_year, fund, budget_line, nature, version, yen, why, made_by)
        select year, fund, budget_line, nature, coalesce(max(x.version), 0) + 1, yen, why, who
          from ledger.settlement_portion x where (x.fiscal_year, x.fund, x.budget_line, x.nature) = (year, fund, budget_line, nature)
        returning p.version into made;
    else
        insert into ledger.settlement_funding as f (fiscal_year, fund, budget_line, nature, source, version, yen, why, made_by)
        select year, fund, budget_line, nature, source, coalesce(max(x.version), 0) + 1, yen, why, who
          from ledger.settlement_funding x where (x.fiscal_year, x.fund, x.budget_line, x.nature, x.source) = (year, fund, budget_line, nature, source)
        returning f.version into made;
    end if;
    perform audit.record(who, case when source is null then 'settlement.portion' else 'settlement.funding' end, 'budget_line',
                         concat_ws('/', year, fund, budget_line), null,
                         jsonb_strip_nulls(jsonb_build_object('nature', nature, 'source', source, 'yen', yen, 'version', made)), why);
    return made;
end $$;
comment on function ledger.set_settlement_share is 'A portion of a line (source null), or an earmark of it, in yen, as a higher version; 0 takes it back.';

create function ledger.settlement_rules_in(year int)
returns table (role text, fund text, key text, from_year int, version int, item text, name text, made_by text, why text)
language sql stable as $$
    select r.role, r.fund, r.key, r.from_year, r.version, r.item, i.name, r.made_by, r.why
      from (select distinct on (x.role, x.fund, x.key) x.* from ledger.settlement_rule x
             where x.from_year <= year order by x.role, x.fund, x.key, x.from_year desc, x.version desc) r
      join ledger.settlement_item i on (i.role, i.code) = (r.role, r.item)
     order by r.role, r.fund, r.key
$$;
comment on function ledger.settlement_rules_in is 'The 対応表 as it is in a fiscal year.';

-- ── What a new installation starts with ─────────────────────────────────────────────────────────────────────────────

-- 団体区分 of special wards is not published; 3 stands in for it.
insert into ledger.settlement_body (business, code, prefecture, name, kind) values ('61', '131121', '東京都', '世田谷区', '3');

insert into ledger.settlement_item (role, code, name, sort) values
    ('fund', 'ordinary', '普通会計', 1), ('fund', 'outside', '普通会計以外', 2),
    ('nature', 'personnel', '人件費', 1), ('nature', 'goods', '物件費', 2), ('nature', 'maintenance', '維持補修費', 3), ('nature', 'assistance', '扶助費', 4),
    ('nature', 'subsidies', '補助費等', 5), ('nature', 'construction', '普通建設事業費', 6), ('nature', 'disaster', '災害復旧事業費', 7),
    ('nature', 'unemployment', '失業対策事業費', 8), ('nature', 'debt', '公債費', 9), ('nature', 'reserve', '積立金', 10),
    ('nature', 'investment', '投資及び出資金', 11), ('nature', 'loan', '貸付金', 12), ('nature', 'transfer', '繰出金', 13), ('nature', 'deficit', '前年度繰上充用金', 14),
    ('source', 'national', '国庫支出金', 1), ('source', 'prefectural', '都道府県支出金', 2), ('source', 'fees', '使用料・手数料', 3),
    ('source', 'charges', '分担金・負担金・寄附金', 4), ('source', 'property', '財産収入', 5), ('source', 'transferred', '繰入金', 6), ('source', 'sundry', '諸収入', 7),
    ('source', 'carried', '繰越金', 8), ('source', 'bond', '地方債', 9), ('source', 'general', '一般財源等', 10);

insert into ledger.settlement_item (role, code, name, sort)
select 'revenue', code, name, n
  from unnest(array['tax', 'transfer_tax', 'interest', 'dividend', 'stock_gain', 'separate_income', 'consumption', 'golf', 'light_oil', 'car_performance', 'business_tax',
                    'special_grant', 'allocation_tax', 'traffic_safety', 'charges', 'rents', 'fees', 'national', 'base_grant', 'prefectural', 'property', 'donation',
                    'transferred', 'carried', 'sundry', 'bond', 'outside', 'netted'],
              array['地方税', '地方譲与税', '利子割交付金', '配当割交付金', '株式等譲渡所得割交付金', '分離課税所得割交付金', '地方消費税交付金', 'ゴルフ場利用税交付金',
                    '軽油引取税・自動車取得税交付金', '環境性能割交付金', '法人事業税交付金', '地方特例交付金等', '地方交付税', '交通安全対策特別交付金', '分担金及び負担金', '使用料', '手数料',
                    '国庫支出金', '国有提供施設等交付金（特別区財政調整交付金）', '都道府県支出金', '財産収入', '寄附金', '繰入金', '繰越金', '諸収入', '地方債', '普通会計の外', '会計間の重複（純計で除く）'])
       with ordinality u (code, name, n);

-- 目的別: 款 and 項 with their place in the survey (table, column) and the beginning of our 予算科目 that leads there.
create temp table purpose_seed (code text, parent text, table_no text, column_no text, key text, name text, caption text, grade text, sort int generated always as identity);
insert into purpose_seed (code, parent, table_no, column_no, key, name, caption, grade) values
    ('council', null, '07', '001', '01', '議会費', '議会費', 'A'),
    ('general', null, '07', '002', null, '総務費', '総務費・総額', 'A'),
    ('general_admin', 'general', '07', '003', '0201', '総務管理費', '総務費・総務管理費', 'A'),
    ('tax_collection', 'general', '07', '004', '0202', '徴税費', '総務費・徴税費', 'A'),
    ('registry', 'general', '07', '005', '0203', '戸籍・住民基本台帳費', '総務費・戸籍・住民基本台帳費', 'A'),
    ('election', 'general', '07', '006', '0204', '選挙費', '総務費・選挙費', 'A'),
    ('statistics', 'general', '07', '007', '0205', '統計調査費', '総務費・統計調査費', 'A'),
    ('audit', 'general', '07', '008', '0206', '監査委員費', '総務費・監査委員費', 'A'),
    ('welfare', null, '08', '001', null, '民生費', '民生費・総額', 'B'),
    ('social_welfare', 'welfare', '08', '002', '0301', '社会福祉費', '民生費・社会福祉費', 'C'),
    ('elderly', 'welfare', '08', '003', '030102', '老人福祉費', '民生費・老人福祉費', 'C'),
    ('children', 'welfare', '08', '004', '0302', '児童福祉費', '民生費・児童福祉費', 'C'),
    ('public_assistance', 'welfare', '08', '005', '0303', '生活保護費', '民生費・生活保護費', 'C'),
    ('disaster_relief', 'welfare', '08', '006', '0304', '災害救助費', '民生費・災害救助費', 'C'),
    ('sanitation', null, '08', '007', null, '衛生費', '衛生費・総額', 'B'),
    ('health', 'sanitation', '08', '008', '0401', '保健衛生費', '衛生費・保健衛生費', 'C'),
    ('tuberculosis', 'sanitation', '08', '009', '040103', '結核対策費', '衛生費・結核対策費', 'C'),
    ('health_center', 'sanitation', '08', '010', '0402', '保健所費', '衛生費・保健所費', 'C'),
    ('cleaning', 'sanitation', '08', '011', '0403', '清掃費', '衛生費・清掃費', 'C'),
    ('labour', null, '09', '001', '05', '労働費', '労働費・総額', 'B'),
    ('agriculture', null, '09', '006', null, '農林水産業費', '農林水産業費・総額', 'B'),
    ('farming', 'agriculture', '09', '007', '0601', '農業費', '農林水産業費・農業費', 'C'),
    ('livestock', 'agriculture', '09', '008', '060103', '畜産業費', '農林水産業費・畜産業費', 'C'),
    ('farmland', 'agriculture', '09', '009', '060104', '農地費', '農林水産業費・農地費', 'C'),
    ('forestry', 'agriculture', '09', '010', '0602', '林業費', '農林水産業費・林業費', 'C'),
    ('fishery', 'agriculture', '09', '011', '0603', '水産業費', '農林水産業費・水産業費', 'C'),
    ('commerce', null, '09', '012', '07', '商工費', '商工費', 'B'),
    ('civil', null, '10', '001', null, '土木費', '土木費・総額', 'B'),
    ('civil_admin', 'civil', '10', '002', '0801', '土木管理費', '土木費・土木管理費', 'C'),
    ('roads', 'civil', '10', '003', '0802', '道路橋りょう費', '土木費・道路橋りょう費', 'C'),
    ('rivers', 'civil', '10', '004', '0803', '河川費', '土木費・河川海岸費', 'C'),
    ('harbours', 'civil', '10', '005', '0806', '港湾費', '土木費・港湾費', 'C'),
    ('streets', 'civil', '10', '006', '080401', '街路費', '土木費・都市計画費・街路費', 'C'),
    ('parks', 'civil', '10', '007', '080402', '公園費', '土木費・都市計画費・公園費', 'C'),
    ('sewerage', 'civil', '10', '008', '080403', '下水道費', '土木費・都市計画費・下水道費', 'C'),
    ('land_readjustment', 'civil', '10', '009', '0804', '区画整理費等', '土木費・都市計画費・区画整理費等', 'C'),
    ('housing', 'civil', '10', '010', '0805', '住宅費', '土木費・住宅費', 'C'),
    ('airports', 'civil', '10', '011', '0807', '空港費', '土木費・空港費', 'C'),
    ('fire', null, '10', '013', '09', '消防費', '消防費', 'D'),
    ('education', null, '11', '001', null, '教育費', '教育費・総額', 'B'),
    ('education_admin', 'education', '11', '002', '1001', '教育総務費', '教育費・教育総務費', 'C'),
    ('elementary', 'education', '11', '003', '1002', '小学校費', '教育費・小学校費', 'C'),
    ('junior_high', 'education', '11', '004', '1003', '中学校費', '教育費・中学校費', 'C'),
    ('high_school', 'education', '11', '005', '1007', '高等学校費', '教育費・高等学校費', 'C'),
    ('special_needs', 'education', '11', '006', '1008', '特別支援学校費', '教育費・特別支援学校費', 'C'),
    ('kindergarten', 'education', '11', '007', '1004', '幼稚園費', '教育費・幼稚園費', 'C'),
    ('social_education', 'education', '11', '008', '1005', '社会教育費', '教育費・社会教育費', 'C'),
    ('sports', 'education', '11', '009', '1006', '体育施設費等', '教育費・保健体育費・体育施設費等', 'C'),
    ('school_lunch', 'education', '11', '010', '100602', '学校給食費', '教育費・保健体育費・学校給食費', 'C'),
    ('university', 'education', '11', '011', '1009', '大学費', '教育費・大学費', 'C'),
    ('disaster_recovery', null, '12', '001', '11', '災害復旧費', '災害復旧費・総額', 'B'),
    ('debt_service', null, '12', '023', '12', '公債費', '公債費', 'B'),
    ('other_outlays', null, '12', '024', null, '諸支出金', '諸支出金・総額', 'B'),
    ('land_purchase', 'other_outlays', '12', '025', '1301', '普通財産取得費', '諸支出金・普通財産取得費', 'C'),
    ('public_enterprise', 'other_outlays', '12', '026', '1302', '公営企業費', '諸支出金・公営企業費', 'C'),
    ('previous_deficit', null, '12', '027', '1303', '前年度繰上充用金', '前年度繰上充用金', 'B');
insert into ledger.settlement_item (role, code, name, parent, sort) select 'purpose', code, name, parent, sort from purpose_seed order by sort;
insert into ledger.settlement_item (role, code, name, sort) values ('purpose', 'outside', '普通会計の外', 98), ('purpose', 'netted', '会計間の重複（純計で除く）', 99);

insert into ledger.settlement_table (table_no, name, about) values
    ('02', '決算収支の状況', 'balance'), ('04', '歳入内訳', 'revenue'), ('05', '収入の状況', 'revenue'),
    ('07', '歳出内訳及び財源内訳（その1）', 'expenditure'), ('08', '歳出内訳及び財源内訳（その2）', 'expenditure'), ('09', '歳出内訳及び財源内訳（その3）', 'expenditure'),
    ('10', '歳出内訳及び財源内訳（その4）', 'expenditure'), ('11', '歳出内訳及び財源内訳（その5）', 'expenditure'), ('12', '歳出内訳及び財源内訳（その6）', 'expenditure'),
    ('13', '歳出内訳及び財源内訳（その7）', 'expenditure');

create temp table axis_seed (table_no text, axis text, no text, within text default '', name text, role text, item text, grade text);
insert into axis_seed (table_no, axis, no, name, role, item, grade)
select table_no, 'column', column_no, caption, 'purpose', code, grade from purpose_seed;
-- 07 to 11: the row numbers of 歳出合計 (25), 国庫 (26), 都道府県 (27), 地方債 (34) and 一般財源等 (35) are published; the ones between follow from the
-- order of the items. 12 has the rows of disasters, debt and the previous deficit besides, as 13 has, and therefore other numbers.
insert into axis_seed (table_no, axis, no, name, role, item, grade)
select t.table_no, 'row', r.no, r.name, r.role, r.item, r.grade
  from (values ('07'), ('08'), ('09'), ('10'), ('11')) t (table_no)
 cross join (values ('01', '人件費', 'nature', 'personnel', 'A'), ('03', '物件費', 'nature', 'goods', 'C'), ('04', '維持補修費', 'nature', 'maintenance', 'C'),
                    ('05', '扶助費', 'nature', 'assistance', 'C'), ('06', '補助費等', 'nature', 'subsidies', 'C'), ('12', '普通建設事業費', 'nature', 'construction', 'C'),
                    ('21', '積立金', 'nature', 'reserve', 'C'), ('22', '投資及び出資金', 'nature', 'investment', 'C'), ('23', '貸付金', 'nature', 'loan', 'C'),
                    ('24', '繰出金', 'nature', 'transfer', 'C'), ('25', '歳出合計', 'total', null, 'B')) r (no, name, role, item, grade);
insert into axis_seed (table_no, axis, no, name, role, item, grade)
select t.table_no, 'row', to_char(t.base + s.sort, 'FM00'), s.name, 'source', s.code, case when t.base = 25 and s.sort in (1, 2, 9, 10) then 'B' else 'C' end
  from (values ('07', 25), ('08', 25), ('09', 25), ('10', 25), ('11', 25), ('12', 35)) t (table_no, base)
 cross join ledger.settlement_item s where s.role = 'source';
insert into axis_seed (table_no, axis, no, name, role, item, grade)
select t.table_no, 'row', case t.table_no when '12' then r.twelve else r.thirteen end, r.name, r.role, r.item, case t.table_no when '12' then 'D' else r.grade end
  from (values ('12'), ('13')) t (table_no)
 cross join (values ('01', '01', '人件費', 'nature', 'personnel', 'C'), ('03', '03', '物件費', 'nature', 'goods', 'C'), ('04', '04', '維持補修費', 'nature', 'maintenance', 'C'),
                    ('05', '05', '扶助費', 'nature', 'assistance', 'C'), ('06', '06', '補助費等', 'nature', 'subsidies', 'C'), ('12', '12', '普通建設事業費', 'nature', 'construction', 'C'),
                    ('21', '21', '災害復旧事業費', 'nature', 'disaster', 'C'), (null, '29', '失業対策事業費', 'nature', 'unemployment', 'C'),
                    ('29', '32', '公債費', 'nature', 'debt', 'C'), ('30', '33', '積立金', 'nature', 'reserve', 'C'), ('31', '34', '投資及び出資金', 'nature', 'investment', 'C'),
                    ('32', '35', '貸付金', 'nature', 'loan', 'C'), ('33', '36', '繰出金', 'nature', 'transfer', 'C'), ('34', '37', '前年度繰上充用金', 'nature', 'deficit', 'C'),
                    ('35', '38', '歳出合計', 'total', null, 'B')) r (twelve, thirteen, name, role, item, grade)
 where t.table_no = '13' or r.twelve is not null;
insert into axis_seed (table_no, axis, no, name, role, item, grade)
select '13', 'column', '001', '歳出合計', 'total', null, 'B'
union all
select '13', 'column', to_char(1 + sort, 'FM000'), name, 'source', code, 'C' from ledger.settlement_item where role = 'source';
-- 05: twenty-five items and 地方債 are the rows 01 to 25 and 29, of which the total in row 33 is the sum.
insert into axis_seed (table_no, axis, no, name, role, item, grade)
select '05', 'row', case code when 'bond' then '29' else to_char(sort, 'FM00') end, name, 'revenue', code, case code when 'base_grant' then 'D' else 'C' end
  from ledger.settlement_item where role = 'revenue' and code not in ('outside', 'netted')
union all
select '05', 'row', '33', '歳入合計', 'total', null, 'B'
union all
select '05', 'column', '001', '決算額', 'amount', null, 'D'
union all
select '02', 'row', '01', '決算額', 'amount', null, 'B'
union all
select '02', 'column', to_char(n, 'FM000'), name, 'figure', item, case when n <= 2 then 'C' else 'D' end
  from (values (1, '歳入総額', 'revenue_total'), (2, '歳出総額', 'expenditure_total'), (3, '歳入歳出差引', 'balance'), (4, '翌年度に繰り越すべき財源', 'carried_over'),
               (5, '実質収支', 'real_balance')) f (n, name, item);
-- 04: of its hundred and more cells those whose place is known.
insert into axis_seed (table_no, axis, no, within, name, role, item, grade) values
    ('04', 'row', '01', '', '決算額', 'amount', null, 'C'), ('04', 'row', '02', '', '決算額', 'amount', null, 'C'),
    ('04', 'column', '001', '01', '地方税', 'revenue', 'tax', 'C'), ('04', 'column', '002', '01', '地方譲与税', 'revenue', 'transfer_tax', 'C'),
    ('04', 'column', '023', '01', '地方交付税', 'revenue', 'allocation_tax', 'D'), ('04', 'column', '043', '01', '国庫支出金', 'revenue', 'national', 'D'),
    ('04', 'column', '001', '02', '都道府県支出金', 'revenue', 'prefectural', 'D');
insert into ledger.settlement_axis (table_no, axis, no, within, from_year, name, role, item, grade, why, made_by)
select table_no, axis, no, coalesce(within, ''), 2020, name, role, item, grade, '当初設定', 'migration' from axis_seed order by 1, 2, 4, 3;

insert into ledger.settlement_rule (role, fund, key, from_year, item, why, made_by)
select 'purpose', '01', key, 2020, code, '当初設定', 'migration' from purpose_seed where key is not null order by sort;
insert into ledger.settlement_rule (role, fund, key, from_year, item, why, made_by) values
    ('fund', '', '01', 2020, 'ordinary', '当初設定', 'migration'), ('fund', '', '02', 2020, 'outside', '公営事業会計（国民健康保険）', 'migration'),
    ('fund', '', '03', 2020, 'outside', '公営事業会計（後期高齢者医療）', 'migration'), ('fund', '', '04', 2020, 'outside', '公営事業会計（介護保険）', 'migration'),
    ('fund', '', '05', 2020, 'ordinary', '学校給食費会計は普通会計', 'migration'),
    -- 学校給食費会計: its expenditure is 学校給食費; what 一般会計 pays into it is in both and counted in neither.
    ('purpose', '05', '01', 2020, 'school_lunch', '当初設定', 'migration'), ('revenue', '05', '01', 2020, 'sundry', '学校給食費の徴収金', 'migration'),
    ('revenue', '05', '02', 2020, 'netted', '一般会計からの繰入金', 'migration'), ('purpose', '01', '10060280', 2020, 'netted', '学校給食費会計への繰出金', 'migration'),
    -- 介護サービス事業 is in 一般会計 and outside 普通会計.
    ('purpose', '01', '03010980', 2020, 'outside', '介護サービス事業', 'migration'), ('revenue', '01', '130180', 2020, 'outside', '介護サービス事業', 'migration'),
    ('revenue', '01', '01', 2020, 'tax', '特別区税', 'migration'), ('revenue', '01', '02', 2020, 'transfer_tax', '当初設定', 'migration'),
    ('revenue', '01', '03', 2020, 'interest', '当初設定', 'migration'), ('revenue', '01', '04', 2020, 'dividend', '当初設定', 'migration'),
    ('revenue', '01', '05', 2020, 'stock_gain', '当初設定', 'migration'), ('revenue', '01', '06', 2020, 'consumption', '当初設定', 'migration'),
    ('revenue', '01', '07', 2020, 'golf', '当初設定', 'migration'), ('revenue', '01', '08', 2020, 'car_performance', '当初設定', 'migration'),
    ('revenue', '01', '09', 2020, 'special_grant', '当初設定', 'migration'), ('revenue', '01', '10', 2020, 'base_grant', '特別区財政調整交付金', 'migration'),
    ('revenue', '01', '11', 2020, 'traffic_safety', '当初設定', 'migration'), ('revenue', '01', '12', 2020, 'charges', '当初設定', 'migration'),
    ('revenue', '01', '1301', 2020, 'rents', '使用料', 'migration'), ('revenue', '01', '1302', 2020, 'fees', '手数料', 'migration'),
    ('revenue', '01', '14', 2020, 'national', '当初設定', 'migration'), ('revenue', '01', '15', 2020, 'prefectural', '都支出金', 'migration'),
    ('revenue', '01', '16', 2020, 'property', '当初設定', 'migration'), ('revenue', '01', '17', 2020, 'donation', '当初設定', 'migration'),
    ('revenue', '01', '18', 2020, 'transferred', '当初設定', 'migration'), ('revenue', '01', '19', 2020, 'carried', '当初設定', 'migration'),
    ('revenue', '01', '21', 2020, 'sundry', '当初設定', 'migration'), ('revenue', '01', '22', 2020, 'bond', '特別区債', 'migration'),
    ('nature', '', '12/22', 2020, 'debt', '公債費の元利償還', 'migration'), ('nature', '', '11/14', 2020, 'disaster', '災害復旧費の工事', 'migration');

-- 節 → 性質別, a starting point: the table of 節 in force from 2020, and the one before with 07 賃金 and the rest one higher. What differs line by line
-- (repairs in 需用費, small 備品) is a rule with the line in front, or a portion.
insert into ledger.settlement_rule (role, key, from_year, item, why, made_by)
select 'nature', to_char(s.n, 'FM00'), y.from_year, s.item, '当初設定', 'migration'
  from (values (2020), (2018)) y (from_year)
 cross join lateral (
    select n, item from unnest(case y.from_year
        when 2020 then array['personnel', 'personnel', 'personnel', 'personnel', 'personnel', 'personnel', 'subsidies', 'goods', 'goods', 'goods', 'goods', 'goods', 'goods',
                             'construction', 'construction', 'construction', 'construction', 'subsidies', 'assistance', 'loan', 'subsidies', 'subsidies', 'investment', 'reserve',
                             'subsidies', 'subsidies', 'transfer', null]
        else array['personnel', 'personnel', 'personnel', 'personnel', 'personnel', 'personnel', 'goods', 'subsidies', 'goods', 'goods', 'goods', 'goods', 'goods', 'goods',
                   'construction', 'construction', 'construction', 'construction', 'subsidies', 'assistance', 'loan', 'subsidies', 'subsidies', 'investment', 'reserve',
                   'subsidies', 'subsidies', 'transfer'] end) with ordinality u (item, n)) s;
drop table purpose_seed, axis_seed;
do $$
begin
    assert ledger.settlement_word('nature', '01', '0201010107', 2019) = 'goods' and ledger.settlement_word('nature', '01', '0201010107', 2020) = 'subsidies', '07 was 賃金';
    assert ledger.settlement_word('nature', '01', '1201010122', 2025) = 'debt' and ledger.settlement_word('nature', '01', '0301010122', 2025) = 'subsidies', '節22 in and out of 公債費';
    assert ledger.settlement_word('purpose', '01', '0301020101', 2025) = 'elderly' and ledger.settlement_word('purpose', '02', '0301020101', 2025) is null, 'the longest key, of the 会計';
end $$;

-- Accounts and budget lines that make the invented ward a whole one.
insert into ledger.account (code, name, name_en, class) values
    ('4110', '特別区税', 'Ward taxes', 'revenue'), ('4120', '交付金', 'Grants', 'revenue'), ('4130', '国庫支出金', 'National disbursements', 'revenue'),
    ('4140', '都支出金', 'Metropolitan disbursements', 'revenue'), ('4280', '繰越金', 'Carried over', 'revenue'), ('4285', '繰入金', 'Transfers in', 'revenue'),
    ('2301', '特別区債', 'Ward bonds', 'liability'), ('5250', '繰出金', 'Transfers out', 'expense'), ('5610', '公債費', 'Debt service', 'expense'),
    ('5620', '積立金', 'Reserves', 'expense')
on conflict do nothing;
-- Codes are one space for both sides: those of revenue end where no 節 does.
insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget)
select y, fund, code, side, name, account, budget
  from generate_series(2025, 2027) y,
       (values ('01', '0101010191', 'revenue', '特別区税 特別区民税', '4110', 130000000000), ('01', '0201010191', 'revenue', '地方譲与税 地方揮発油譲与税', '4120', 600000000),
               ('01', '0601010191', 'revenue', '地方消費税交付金', '4120', 21000000000), ('01', '1001010191', 'revenue', '特別区交付金 普通交付金', '4120', 60000000000),
               ('01', '1301800191', 'revenue', '使用料及手数料 介護サービス利用料', '4210', 30000000),
               ('01', '1302010191', 'revenue', '使用料及手数料 戸籍手数料', '4210', 400000000), ('01', '1401010191', 'revenue', '国庫支出金 生活保護費負担金', '4130', 18000000000),
               ('01', '1501010191', 'revenue', '都支出金 児童福祉費補助金', '4140', 9000000000), ('01', '1901010191', 'revenue', '繰越金 前年度繰越金', '4280', 8000000000),
               ('01', '2201010191', 'revenue', '特別区債 土木債', '2301', 3000000000),
               ('05', '0101010191', 'revenue', '学校給食費', '4290', 2000000000), ('05', '0201010191', 'revenue', '一般会計繰入金', '4285', 900000000),
               ('01', '0101010101', 'expenditure', '議会費 議会 報酬', '5110', 600000000), ('01', '0201090124', 'expenditure', '総務費 財政管理 積立金', '5620', 2000000000),
               ('01', '0301070127', 'expenditure', '民生費 国民健康保険事業会計への繰出金', '5250', 9000000000),
               ('01', '0301098012', 'expenditure', '民生費 介護サービス事業 委託料', '5210', 40000000),
               ('01', '0302010119', 'expenditure', '民生費 児童福祉 扶助費', '5230', 30000000000), ('01', '0303010119', 'expenditure', '民生費 生活保護 扶助費', '5230', 24000000000),
               ('01', '0403010112', 'expenditure', '衛生費 清掃 委託料', '5210', 9000000000), ('01', '0802020114', 'expenditure', '土木費 道路新設改良 工事請負費', '5310', 6000000000),
               ('01', '1002010110', 'expenditure', '教育費 小学校管理 需用費', '5210', 3000000000), ('01', '1006028027', 'expenditure', '教育費 学校給食費会計への繰出金', '5250', 900000000),
               ('01', '1201010122', 'expenditure', '公債費 元利償還金', '5610', 7000000000),
               ('05', '0101010110', 'expenditure', '学校給食費 賄材料 需用費', '5210', 2800000000)) l (fund, code, side, name, account, budget);
