-- The heart of the ledger: chart of accounts, budget lines, organizations, calendar, posting rules, double entry.
--
-- Money is whole yen in bigint. An entry that does not balance cannot be written down: each posting is one amount with its debit
-- and its credit account. Hot tables carry no foreign keys, because a file posts a million rows: statement triggers check the
-- same references set-wise, once per statement over the rows it added.

create schema ledger;

comment on schema ledger is 'Double-entry ledger of the ward. Only the consumers write it.';

-- ── Masters ─────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.fund (
    code text constraint fund_pk primary key constraint fund_code_is_two_digits check (code ~ '^[0-9]{2}$'),
    name text not null
);
comment on table ledger.fund is '会計: general account and special accounts, each with a budget of its own.';

create table ledger.account (
    code    text constraint account_pk primary key,
    name    text not null,
    name_en text not null,
    class   text not null constraint account_class_is_known
            check (class in ('asset', 'liability', 'net_assets', 'revenue', 'expense'))
);
comment on table ledger.account is '勘定科目: chart of accounts.';

create table ledger.budget_line (
    fiscal_year int    not null,
    fund        text   not null references ledger.fund,
    code        text   not null,
    side        text   not null constraint budget_line_side_is_known check (side in ('revenue', 'expenditure')),
    name        text   not null,
    account     text   not null references ledger.account,
    budget      bigint not null default 0,
    constraint budget_line_pk primary key (fiscal_year, fund, code)
);
comment on table ledger.budget_line is '予算科目: the meaning of a code depends on the fiscal year, so the year is part of the key.';
comment on column ledger.budget_line.account is 'Caption of the statements this line belongs to: what a posting rule without account takes.';
comment on column ledger.budget_line.budget is '予算現額 in yen.';

create table ledger.organization (
    code        text not null,
    valid_from  date not null,
    valid_to    date not null default date '9999-12-31',
    name        text not null,
    short_name  text,
    level       int  not null default 2,
    parent      text,
    kana        text,
    can_execute boolean not null default false,
    cashier     boolean not null default false,
    facility    text,
    postal      text,
    address     text,
    tel         text,
    sort        int,
    batch_id    bigint,
    line        bigint,
    constraint organization_level_is_known check (level between 1 and 4),
    constraint organization_executes_below_the_top check (not can_execute or level >= 2),
    constraint organization_pk primary key (code, valid_from),
    constraint organization_validity_is_forward check (valid_from <= valid_to)
);
comment on table ledger.organization is '所属: a version per validity period. What ends keeps its row and its last day; successors are in organization_successor.';
comment on column ledger.organization.level is '所属階層: 1 部, 2 課, 3 係, 4 出先・施設.';
comment on column ledger.organization.can_execute is '予算執行区分: may bind and spend budget. A 部 (level 1) never does.';
comment on column ledger.organization.cashier is '出納員区分: has a cashier of its own.';

create table ledger.facility (
    code         text constraint facility_pk primary key,
    name         text not null,
    organization text not null,
    batch_id     bigint
);
comment on table ledger.facility is '施設: batch_id where a reform file (機構改革) brought it.';

create table ledger.intake_section (
    source       text not null,
    organization text not null,
    constraint intake_section_pk primary key (source, organization)
);
comment on table ledger.intake_section is 'Which organizations a source system (連携元) may hand in for.';

-- ── Calendar ────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.holiday (
    day  date constraint holiday_pk primary key,
    name text not null
);
comment on table ledger.holiday is '国民の祝日 including 振替休日; data with a horizon, see calendar_horizon.';

create table ledger.own_day (
    calendar text constraint own_day_calendar_is_known check (calendar in ('office', 'bank')),
    day      date,
    opens    boolean,
    name     text not null constraint own_day_is_named check (btrim(name) <> ''),
    constraint own_day_pk primary key (calendar, day)
);
comment on table ledger.own_day is '庁舎・金融機関それぞれの休業日と開業日: days on which one of the two calendars is closed or open against weekends, holidays and the turn of the year (条例の休日, 臨時休業, 休日開庁).';
comment on column ledger.own_day.opens is 'true: open, false: closed; null: taken back, the day is what the rest of the calendar says.';

create table ledger.calendar_horizon (
    only_row boolean default true constraint calendar_horizon_pk primary key constraint calendar_horizon_is_one_row check (only_row),
    since    date not null default '2025-01-01',
    through  date not null,
    constraint calendar_horizon_is_a_span check (since <= through)
);
comment on table ledger.calendar_horizon is 'The first and last day the holiday table knows. Beyond the last a day is unknown, not a business day.';

create function ledger.is_business_day(day date, kind text) returns boolean
language plpgsql stable as $$
declare
    horizon date := (select through from ledger.calendar_horizon);
begin
    if horizon is null or day > horizon then
        raise exception 'CALENDAR_BEYOND_HORIZON' using errcode = 'RK001', detail = json_build_object('date', day, 'last', coalesce(horizon::text, '—'));
    end if;
    -- What a calendar says of a day by itself goes before what holds for all.
    return coalesce((select d.opens from ledger.own_day d where d.calendar = kind and d.day = is_business_day.day),
               extract(isodow from day) < 6
               and not exists (select 1 from ledger.holiday h where h.day = is_business_day.day)
               and not case kind
                       when 'bank' then to_char(day, 'MMDD') in ('1231', '0101', '0102', '0103')
                       when 'office' then to_char(day, 'MMDD') in ('1229', '1230', '1231', '0101', '0102', '0103')
                   end);
end $$;
comment on function ledger.is_business_day is 'kind: bank (12/31–1/3 closed) or office (12/29–1/3 closed), each with days of its own (own_day). Raises RK001 beyond the horizon.';

create function ledger.next_business_day(day date, kind text) returns date
language plpgsql stable as $$
begin
    while not ledger.is_business_day(day, kind) loop
        day := day + 1;
    end loop;
    return day;
end $$;
comment on function ledger.next_business_day is 'The day itself when it is one, else the next.';

create function ledger.fiscal_year(day date) returns int
language sql immutable parallel safe as $$
    select (extract(year from day) - case when extract(month from day) < 4 then 1 else 0 end)::int
$$;
comment on function ledger.fiscal_year is '会計年度 (April to March) a day lies in.';

create function ledger.fiscal_year_accepts(fiscal_year int, booked_on date) returns boolean
language sql immutable parallel safe as $$
    select booked_on between make_date(fiscal_year, 4, 1) and make_date(fiscal_year + 1, 5, 31)
$$;
comment on function ledger.fiscal_year_accepts is 'Rule R-FY: a year takes bookings to 31 May of the next (出納整理期間).';

-- ── Posting rules ───────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.posting_rule (
    event          text constraint posting_rule_pk primary key,
    name           text not null,
    debit_account  text references ledger.account,
    credit_account text references ledger.account
);
comment on table ledger.posting_rule is '仕訳ルール: which accounts an event debits and credits, from the beginning on. The accounting office changes them from a day on (posting_rule_version).';
comment on column ledger.posting_rule.debit_account is 'null: the account of the journal row''s budget line.';
comment on column ledger.posting_rule.credit_account is 'null: the account of the journal row''s budget line.';

create table ledger.posting_rule_version (
    event          text not null references ledger.posting_rule,
    valid_from     date not null,
    version        int  not null constraint posting_rule_version_is_positive check (version > 0),
    debit_account  text references ledger.account,
    credit_account text references ledger.account,
    why            text not null constraint posting_rule_version_says_why check (btrim(why) <> ''),
    made_by        text not null constraint posting_rule_version_is_signed check (btrim(made_by) <> ''),
    made_at        timestamptz not null default clock_timestamp(),
    constraint posting_rule_version_pk primary key (event, valid_from, version),
    constraint posting_rule_version_once unique (event, version)
);
comment on table ledger.posting_rule_version is '仕訳ルールの版: other accounts of an event for what is booked on a day or after it, until the next version. Before the first one the rule itself counts.';
comment on column ledger.posting_rule_version.version is 'Of two for the same day the higher counts.';

create function ledger.posting_accounts(event text, day date) returns table (debit_account text, credit_account text)
language sql stable as $$
    select case when v.event is null then r.debit_account else v.debit_account end, case when v.event is null then r.credit_account else v.credit_account end
      from ledger.posting_rule r
      left join lateral (select x.* from ledger.posting_rule_version x where x.event = r.event and x.valid_from <= posting_accounts.day
                          order by x.valid_from desc, x.version desc limit 1) v on true
     where r.event = posting_accounts.event
$$;
comment on function ledger.posting_accounts is 'Which accounts an event debits and credits when it is booked on a day; null: that of the budget line.';

-- ── Entries ─────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.entry (
    id          bigint generated always as identity constraint entry_pk primary key,
    event       text   not null references ledger.posting_rule,
    fiscal_year int    not null,
    booked_on   date   not null,
    fund        text   not null references ledger.fund,
    batch_id    bigint,
    file_id     bigint,
    reverses    bigint constraint entry_reverses_fk references ledger.entry constraint entry_is_reversed_once unique,
    reason      text,
    actor       text   not null,
    recorded_at timestamptz not null default clock_timestamp(),
    transaction xid8   not null default pg_current_xact_id(),
    constraint entry_year_is_open check (ledger.fiscal_year_accepts(fiscal_year, booked_on))
);
comment on table ledger.entry is '仕訳伝票: one per batch (or export), event, year, day and fund, in the manner of a collective voucher (集合調定); its lines say which record each came from.';
comment on column ledger.entry.batch_id is 'intake.batch the entry comes from.';
comment on column ledger.entry.transaction is 'The database transaction that wrote it: lines are added in that one or never.';
comment on column ledger.entry.file_id is 'export.file whose release made the entry.';
create index entry_by_batch on ledger.entry (batch_id) where batch_id is not null;
create index entry_by_file on ledger.entry (file_id) where file_id is not null;
-- When an event was booked last.
create index entry_by_event on ledger.entry (event, id desc);

create table ledger.posting (
    entry_id       bigint not null,
    no             int    not null,
    source_line    bigint,
    amount         bigint not null constraint posting_amount_is_positive check (amount > 0),
    object_id      bigint,
    debit_account  text   not null,
    credit_account text   not null,
    budget_line    text,
    organization   text,
    facility       text,
    object         text,
    memo           text,
    constraint posting_once unique nulls not distinct (entry_id, source_line, no)
);
comment on table ledger.posting is '仕訳: one amount, its debit and its credit account. An entry made of such rows balances by its form; view line shows the two sides.';
comment on column ledger.posting.source_line is 'The line of the file (batch of its entry) the amount comes from.';
-- One index both tells postings apart and finds those of a line. (A block range index beside it costs more for each row than this btree.)

create view ledger.line as
select entry_id, 2 * no - 1 as no, source_line, debit_account as account, amount as debit, 0::bigint as credit,
       budget_line, organization, facility, object, object_id, memo
  from ledger.posting
union all
select entry_id, 2 * no, source_line, credit_account, 0, amount, budget_line, organization, facility, object, object_id, memo
  from ledger.posting;
comment on view ledger.line is '仕訳明細: the debit and the credit side of each posting, as an account book shows them. no: odd debit, even credit.';

create function ledger.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'RK002', hint = 'correct by a reversing entry';
end $$;
create trigger entry_is_append_only before update or delete or truncate on ledger.entry
    for each statement execute function ledger.refuse_change();
create trigger posting_is_append_only before update or delete or truncate on ledger.posting
    for each statement execute function ledger.refuse_change();
create trigger posting_rule_version_stays before update or delete or truncate on ledger.posting_rule_version
    for each statement execute function ledger.refuse_change();

create function ledger.check_added_postings() returns trigger
language plpgsql as $$
declare
    bad record;
begin
    -- One pass over the rows, however many; what is judged is a handful of combinations.
    with used as materialized (
        select distinct entry_id, debit_account, credit_account from added
    )
    select fault.* into bad from (
        select 1 as rank, format('account %s is not in the chart of accounts', a.code) as text
          from used u cross join lateral (values (u.debit_account), (u.credit_account)) a (code)
         where not exists (select from ledger.account m where m.code = a.code)
        union all
        select 2, format('postings without an entry: %s', u.entry_id)
          from used u where not exists (select from ledger.entry e where e.id = u.entry_id)
        union all
        select 3, format('entry %s was written before: nothing can be added to it', u.entry_id)
          from used u join ledger.entry e on e.id = u.entry_id where e.transaction <> pg_current_xact_id()
    ) fault order by rank limit 1;
    if found then
        raise exception '%', bad.text using errcode = 'RK004';
    end if;
    return null;
end $$;
comment on function ledger.check_added_postings is 'What foreign keys would say, once per statement; and an entry is complete with the transaction that wrote it.';
create trigger posting_is_known after insert on ledger.posting
    referencing new table as added for each statement execute function ledger.check_added_postings();

create function ledger.check_entry_has_postings() returns trigger
language plpgsql as $$
begin
    if not exists (select from ledger.posting p where p.entry_id = new.id) then
        raise exception 'entry % has no postings', new.id using errcode = 'RK003';
    end if;
    return null;
end $$;
-- Entries are few (one per batch, day and fund), so here a trigger per row costs nothing.
create constraint trigger entry_has_postings after insert on ledger.entry
    deferrable initially deferred for each row execute function ledger.check_entry_has_postings();

-- ── Posting ─────────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.begin_journal() returns void
language plpgsql as $$
begin
    perform intake.work_table('journal',
        'seq int generated always as identity, line bigint, event text not null, fiscal_year int not null, booked_on date not null, fund text not null,
         budget_line text, organization text, facility text, amount bigint not null, memo text, object text, object_id bigint');
    perform setval(pg_get_serial_sequence('pg_temp.journal', 'seq'), 1, false);
end $$;
comment on function ledger.begin_journal is 'Makes the temp table journal that post_journal() reads; the consumer calls it before post.sql and release.sql.';

create function ledger.begin_sides() returns void
language plpgsql as $$
begin
    perform intake.work_table('journal_side',
        'event text, fiscal_year int, booked_on date, fund text, budget_line text, has_yen boolean, entry_id bigint, debit_account text, credit_account text');
end $$;
comment on function ledger.begin_sides is 'Makes the temp table journal_side for open_entries(): the combinations of event, year, day, fund and budget line (empty: none) that are to be posted.';

create function ledger.open_entries() returns void
language plpgsql
set jit = off
as $$
declare
    bad     record;
    batch   bigint;
    file    bigint;
    who     text;
begin
    -- The transaction says by its temp tables what it posts for: a batch, or an exported file.
    if to_regclass('pg_temp.batch') is not null then
        execute 'select id, actor from pg_temp.batch' into batch, who;
    end if;
    if batch is null and to_regclass('pg_temp.run') is not null then
        execute 'select file_id, ordered_by from pg_temp.run' into file, who;
    end if;

    -- The lock that each entry takes anyway, taken before the rules are read: who changes one waits for what is being posted by it, and
    -- what is posted after the change reads the new version.
    perform from ledger.posting_rule r where r.event in (select j.event from pg_temp.journal_side j) order by r.event for key share;
    -- Rules are looked up once for each event and day, budget lines once for each combination: a file has a handful of either.
    with rule as materialized (
        select d.event, d.booked_on, a.debit_account, a.credit_account
          from (select distinct j.event, j.booked_on from pg_temp.journal_side j) d
         cross join lateral ledger.posting_accounts(d.event, d.booked_on) a
    )
    update pg_temp.journal_side s
       set debit_account = coalesce(r.debit_account, b.account), credit_account = coalesce(r.credit_account, b.account)
      from pg_temp.journal_side j
      left join rule r on (r.event, r.booked_on) = (j.event, j.booked_on)
      left join ledger.budget_line b on (b.fiscal_year, b.fund, b.code) = (j.fiscal_year, j.fund, j.budget_line)
     where j.ctid = s.ctid;
    select * into bad from pg_temp.journal_side where debit_account is null or credit_account is null limit 1;
    if found then
        raise exception 'no posting rule or budget line for event %, year %, fund %, line %', bad.event, bad.fiscal_year, bad.fund, nullif(bad.budget_line, '')
            using errcode = 'RK005';
    end if;

    with made as (
        insert into ledger.entry (event, fiscal_year, booked_on, fund, batch_id, file_id, actor)
        select event, fiscal_year, booked_on, fund, batch, file, coalesce(who, session_user)
          from (select distinct event, fiscal_year, booked_on, fund from pg_temp.journal_side where has_yen) g
         order by event, fiscal_year, booked_on, fund
        returning id, event, fiscal_year, booked_on, fund
    )
    update pg_temp.journal_side s set entry_id = m.id
      from made m where (m.event, m.fiscal_year, m.booked_on, m.fund) = (s.event, s.fiscal_year, s.booked_on, s.fund);
end $$;
comment on function ledger.open_entries is 'Gives each row of journal_side its entry and its two accounts. Postings follow in the same transaction: by post_journal(), or written by a function that has a million of them and their sides.';

create function ledger.post_journal() returns bigint
language plpgsql
set jit = off
as $$
declare
    -- Pages of the journal written in one statement: about 25,000 rows, which the check of what was added keeps in memory.
    slice   constant int := 500;
    written bigint := 0;
    added   bigint;
    page    int := 0;
    pages   int;
begin
    if not exists (select from pg_temp.journal) then
        return 0;
    end if;
    pages := pg_relation_size('pg_temp.journal') / current_setting('block_size')::int;

    perform ledger.begin_sides();
    insert into pg_temp.journal_side (event, fiscal_year, booked_on, fund, budget_line, has_yen)
    select event, fiscal_year, booked_on, fund, coalesce(budget_line, ''), bool_or(amount <> 0) from pg_temp.journal group by 1, 2, 3, 4, 5;
    perform ledger.open_entries();
    if pages > slice then
        analyze pg_temp.journal_side;
    end if;

    -- A negative amount swaps the sides. Numbers follow the journal's own sequence: numbering within each entry would sort a million rows.
    while page < pages loop
        insert into ledger.posting (entry_id, no, source_line, amount, object_id, debit_account, credit_account, budget_line, organization, facility,
                                    object, memo)
        select k.entry_id, j.seq, j.line, abs(j.amount), j.object_id,
               case when j.amount > 0 then k.debit_account else k.credit_account end,
               case when j.amount > 0 then k.credit_account else k.debit_account end,
               j.budget_line, j.organization, j.facility, j.object, j.memo
          from pg_temp.journal j
          join pg_temp.journal_side k
            on (k.event, k.fiscal_year, k.booked_on, k.fund, k.budget_line) = (j.event, j.fiscal_year, j.booked_on, j.fund, coalesce(j.budget_line, ''))
         where j.amount <> 0 and j.ctid >= format('(%s,0)', page)::tid and j.ctid < format('(%s,0)', page + slice)::tid;
        get diagnostics added = row_count;
        written := written + added;
        page := page + slice;
    end loop;
    -- Not truncate, which is refused while the caller's own query reads the journal.
    delete from pg_temp.journal;
    return written;
end $$;
comment on function ledger.post_journal is 'Turns the rows of the temp table journal into entries and postings by the posting rules; returns the number of postings.';

create function ledger.reverse_entries(entries bigint[], booked_on date, who text, why text) returns bigint
language plpgsql as $$
declare
    reversed bigint := 0;
    original record;
    made     bigint;
    day      date;
begin
    for original in
        select e.* from ledger.entry e
         where e.id = any (entries) and e.reverses is null
           and not exists (select 1 from ledger.entry r where r.reverses = e.id)
         order by e.id
    loop
        -- An entry may be dated ahead (a transfer date); its reversal cannot come before it.
        day := greatest(reverse_entries.booked_on, original.booked_on);
        if not ledger.fiscal_year_accepts(original.fiscal_year, day) then
            raise exception 'entry % belongs to fiscal year %, which is closed on %: its reversal is no longer a posting of that year',
                original.id, original.fiscal_year, day
                using errcode = 'RK030', constraint = 'reversal_year_is_open';
        end if;
        insert into ledger.entry (event, fiscal_year, booked_on, fund, batch_id, file_id, reverses, reason, actor)
        values (original.event, original.fiscal_year, day, original.fund,
                original.batch_id, original.file_id, original.id, why, who)
        returning id into made;
        insert into ledger.posting (entry_id, no, source_line, amount, object_id, debit_account, credit_account, budget_line, organization, facility,
                                    object, memo)
        select made, no, source_line, amount, object_id, credit_account, debit_account, budget_line, organization, facility, object, memo
          from ledger.posting where entry_id = original.id;
        reversed := reversed + 1;
    end loop;
    return reversed;
end $$;
comment on function ledger.reverse_entries is 'Reversing entries, linked to the originals and not before them; an entry already reversed is passed over. Refused (RK030) when the year of an original is closed. Returns how many were made.';

create function ledger.reverse_batch(batch bigint, booked_on date, who text, why text) returns bigint
language sql as $$
    select ledger.reverse_entries(array(select id from ledger.entry where batch_id = batch), booked_on, who, why)
$$;
comment on function ledger.reverse_batch is '取消 of an inbound batch.';

create function ledger.reverse_file(file bigint, booked_on date, who text, why text) returns bigint
language plpgsql as $$
declare
    reversed bigint;
begin
    drop table if exists pg_temp.standing;
    create temp table standing on commit drop as
    select e.id as entry_id
      from ledger.entry e
     where e.file_id = file and e.reverses is null and not ledger.fiscal_year_accepts(e.fiscal_year, greatest(reverse_file.booked_on, e.booked_on))
       and not exists (select from ledger.entry r where r.reverses = e.id);
    reversed := ledger.reverse_entries(array(select e.id from ledger.entry e where e.file_id = file and e.id not in (select s.entry_id from pg_temp.standing s)),
                                       booked_on, who, why);
    return reversed;
end $$;
comment on function ledger.reverse_file is 'Takes back what the release of an exported file had posted, when the file is voided. What closed books hold is left in the temp table standing: void.sql of the topic books in the year of the day what became of it and deletes the row; one that is left refuses the void (ledger.refuse_standing).';

create function ledger.refuse_standing(booked_on date) returns void
language plpgsql as $$
begin
    perform ledger.reverse_entries(array(select s.entry_id from pg_temp.standing s), booked_on, '', '');
end $$;
comment on function ledger.refuse_standing is 'The end of a void: an entry of a closed year that nobody dealt with is refused as any reversal of it.';

create view ledger.trial_balance as
select e.fiscal_year, e.fund, l.account, a.name, a.name_en, a.class, sum(l.debit)::bigint as debit, sum(l.credit)::bigint as credit
  from ledger.line l join ledger.entry e on e.id = l.entry_id join ledger.account a on a.code = l.account
 group by e.fiscal_year, e.fund, l.account, a.name, a.name_en, a.class;
comment on view ledger.trial_balance is '合計残高試算表, per year and fund.';
