-- What the office sets by itself: posting rules, holidays, where contract numbers stand, what the survey's words and tables mean, whom
-- personnel orders name, which account a bank debits; and which 連携 stands still for the moment. Every change says who, when and why, and keeps what was there before.

-- ── Changes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.setting_change (
    id         bigint generated always as identity constraint setting_change_pk primary key,
    setting    text        not null constraint setting_is_known
               check (setting in ('posting_rule', 'holiday', 'own_day', 'contract_number_rule', 'settlement_rule', 'settlement_axis', 'payroll_section',
                                  'bank_profile')),
    key        text        not null,
    version    int         not null constraint setting_version_is_positive check (version > 0),
    valid_from text,
    before     jsonb,
    after      jsonb,
    why        text        not null constraint setting_change_says_why check (btrim(why) <> ''),
    made_by    text        not null constraint setting_change_is_signed check (btrim(made_by) <> ''),
    made_at    timestamptz not null default clock_timestamp(),
    constraint setting_version_once unique (setting, key, version)
);
comment on table ledger.setting_change is '設定変更履歴: every change of a setting, what was there before and what since. The rows themselves say what counts now.';
comment on column ledger.setting_change.key is 'event of a posting rule; day of a holiday; calendar/day; collector; role/fund/key of a survey rule; table/axis/within/number of a survey row or column; 節; topic/profile.';
comment on column ledger.setting_change.valid_from is 'Day or fiscal year from which it counts, where the setting has such; else from the moment it was made.';

create function ledger.refuse_setting_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'setting_changes_stay';
end $$;
create trigger setting_changes_stay before update or delete or truncate on ledger.setting_change
    for each statement execute function ledger.refuse_setting_change();

-- The history and the audit event of one change.
create function ledger.note_setting(setting text, key text, valid_from text, before jsonb, after jsonb, why text, actor text, approves boolean default false) returns int
language plpgsql as $$
declare
    made int := (select coalesce(max(c.version), 0) + 1 from ledger.setting_change c where c.setting = note_setting.setting and c.key = note_setting.key);
begin
    insert into ledger.setting_change (setting, key, version, valid_from, before, after, why, made_by)
    values (setting, key, made, valid_from, before, after, why, actor);
    perform audit.record(actor, case when approves then 'setting.approved' else 'setting.changed' end, setting, key, before, after || jsonb_build_object('version', made), why);
    return made;
end $$;
comment on function ledger.note_setting is 'Writes down one change of a setting with its audit event; gives its version. approves: what another person had entered.';

create function ledger.setting_version(setting text, key text) returns int language sql stable as $$
    select coalesce(max(c.version), 0) from ledger.setting_change c where c.setting = setting_version.setting and c.key = setting_version.key
$$;
comment on function ledger.setting_version is 'How often a setting was changed; a form carries it, so that nobody overwrites what they have not seen.';

create function ledger.refuse_stale_setting(setting text, key text, seen int) returns void language plpgsql as $$
begin
    if ledger.setting_version(setting, key) <> seen then
        raise exception 'somebody has changed % % in the meantime', setting, key
            using errcode = 'restrict_violation', constraint = 'setting_is_as_it_was_seen';
    end if;
end $$;

-- ── Posting rules ───────────────────────────────────────────────────────────────────────────────────────────────────────

-- An entry booked on a day has the accounts of that day: a version begins behind today and behind all that is booked already.
create function ledger.change_posting_rule(event text, debit text, credit text, valid_from date, seen int, today date, why text, actor text) returns int
language plpgsql as $$
declare
    old  record;
    last record;
    made int;
begin
    -- Whoever posts by the rule holds it for key share: what they book is seen below.
    perform from ledger.posting_rule r where r.event = change_posting_rule.event for update;
    if not found then
        raise exception 'there is no posting rule %', event using errcode = 'restrict_violation', constraint = 'posting_rule_is_there';
    end if;
    perform ledger.refuse_stale_setting('posting_rule', event, seen);
    if valid_from <= today then
        raise exception '% is not ahead', valid_from using errcode = 'restrict_violation', constraint = 'posting_rule_version_is_ahead';
    end if;
    select * into old from ledger.posting_accounts(event, valid_from);
    if (old.debit_account, old.credit_account) is not distinct from (debit, credit) then
        raise exception 'nothing is changed' using errcode = 'restrict_violation', constraint = 'setting_changes_something';
    end if;
    if (old.debit_account is null) <> (debit is null) or (old.credit_account is null) <> (credit is null) then
        raise exception 'the side of the budget line stays' using errcode = 'restrict_violation', constraint = 'posting_rule_keeps_budget_side';
    end if;
    if debit = credit then
        raise exception 'both sides are %', debit using errcode = 'restrict_violation', constraint = 'posting_rule_has_two_accounts';
    end if;
    if (debit is not null and not exists (select from ledger.account a where a.code = debit))
       or (credit is not null and not exists (select from ledger.account a where a.code = credit)) then
        raise exception 'there is no such account' using errcode = 'restrict_violation', constraint = 'posting_rule_account_is_known';
    end if;
    -- Receivable stays an asset, a payable a liability: another class would turn the meaning of what is posted.
    if exists (select from (values (old.debit_account, debit), (old.credit_account, credit)) s (was, becomes)
                 join ledger.account w on w.code = s.was join ledger.account b on b.code = s.becomes where w.class <> b.class) then
        raise exception 'an account of another class' using errcode = 'restrict_violation', constraint = 'posting_rule_keeps_class';
    end if;
    -- Some entries are dated ahead (a transfer date). What was taken back counts on neither side.
    select e.id, e.booked_on into last
      from ledger.entry e
     where e.event = change_posting_rule.event and e.booked_on >= change_posting_rule.valid_from and e.reverses is null
       and not exists (select from ledger.entry r where r.reverses = e.id)
     order by e.booked_on desc, e.id desc limit 1;
    if found then
        raise exception 'entry % is booked on % by the rule so far', last.id, last.booked_on
            using errcode = 'restrict_violation', constraint = 'posting_rule_version_is_behind_what_is_booked';
    end if;
    made := ledger.note_setting('posting_rule', event, valid_from::text, jsonb_build_object('debit', old.debit_account, 'credit', old.credit_account),
                                jsonb_build_object('debit', debit, 'credit', credit), why, actor);
    insert into ledger.posting_rule_version (event, valid_from, version, debit_account, credit_account, why, made_by)
    values (event, valid_from, made, debit, credit, why, actor);
    return made;
end $$;
comment on function ledger.change_posting_rule is 'Other accounts for an event, for what is booked on a day or after it. A day that has begun, or on which something is booked already, is refused: the past is corrected by entries.';

-- ── Holidays ────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The list of the Cabinet Office comes in by import; this is for a day it does not know yet, or that was moved by law.
create function ledger.change_holiday(day date, name text, today date, why text, actor text) returns int
language plpgsql as $$
declare
    span   record;
    before text;
    named  text := nullif(btrim(name), '');
begin
    lock table ledger.holiday in share row exclusive mode;
    select since, through into span from ledger.calendar_horizon;
    if span.through is null or day not between span.since and span.through then
        raise exception 'the calendar knows % to %', span.since, span.through
            using errcode = 'restrict_violation', constraint = 'holiday_is_within_the_calendar';
    end if;
    -- By the calendar of a day that is over, payments were made and dates were judged.
    if day <= today then
        raise exception '% is not ahead', day using errcode = 'restrict_violation', constraint = 'holiday_is_ahead';
    end if;
    select h.name into before from ledger.holiday h where h.day = change_holiday.day;
    if before is not distinct from named then
        raise exception 'nothing is changed' using errcode = 'restrict_violation', constraint = 'setting_changes_something';
    end if;
    if named is null then
        delete from ledger.holiday h where h.day = change_holiday.day;
    else
        insert into ledger.holiday (day, name) values (day, named) on conflict on constraint holiday_pk do update set name = excluded.name;
    end if;
    return ledger.note_setting('holiday', day::text, day::text, jsonb_build_object('name', before), jsonb_build_object('name', named), why, actor);
end $$;
comment on function ledger.change_holiday is 'A day ahead becomes a holiday of office and banks, has another name, or (name empty) is one no more.';

-- A day of one calendar, or of both: 条例の休日, 臨時休業, 休日開庁. The list of the Cabinet Office leaves these alone.
create function ledger.change_own_day(calendar text, day date, opens boolean, name text, today date, why text, actor text) returns int
language plpgsql as $$
declare
    span record;
    old  ledger.own_day;
begin
    perform pg_advisory_xact_lock(hashtextextended('own_day/' || calendar || day, 0));
    select since, through into span from ledger.calendar_horizon;
    if span.through is null or day not between span.since and span.through then
        raise exception 'the calendar knows % to %', span.since, span.through
            using errcode = 'restrict_violation', constraint = 'holiday_is_within_the_calendar';
    end if;
    if day <= today then
        raise exception '% is not ahead', day using errcode = 'restrict_violation', constraint = 'own_day_is_ahead';
    end if;
    select * into old from ledger.own_day d where (d.calendar, d.day) = (change_own_day.calendar, change_own_day.day);
    if old.opens is not distinct from opens and (opens is null or old.name = btrim(change_own_day.name)) then
        raise exception 'nothing is changed' using errcode = 'restrict_violation', constraint = 'setting_changes_something';
    end if;
    insert into ledger.own_day (calendar, day, opens, name)
    values (calendar, day, opens, case when opens is null then old.name else btrim(change_own_day.name) end)
    on conflict on constraint own_day_pk do update set opens = excluded.opens, name = excluded.name;
    return ledger.note_setting('own_day', calendar || '/' || day, day::text,
                               case when old.opens is not null then jsonb_build_object('opens', old.opens, 'name', old.name) end,
                               case when opens is null then '{}' else jsonb_build_object('opens', opens, 'name', btrim(change_own_day.name)) end, why, actor);
end $$;
comment on function ledger.change_own_day is 'A day ahead is open or closed in one calendar (office, bank) whatever the rest says; opens null takes that back.';

-- ── Contract numbers ────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.change_contract_number_rule(collector text, valid_from date, start_at int, length int, strip_zeros boolean, why text, actor text)
returns int language plpgsql as $$
declare
    old ledger.contract_number_rule;
begin
    perform from ledger.utility_collector c where c.code = collector for update;
    if not found then
        raise exception 'there is no collector %', collector using errcode = 'restrict_violation', constraint = 'contract_number_collector_is_known';
    end if;
    select * into old from ledger.contract_number_rule r where r.collector = change_contract_number_rule.collector order by r.valid_from desc limit 1;
    if old.valid_from >= valid_from then
        raise exception 'the rule of % is not older', old.valid_from
            using errcode = 'restrict_violation', constraint = 'contract_number_rule_goes_forward';
    end if;
    if (old.start_at, old.length, old.strip_zeros) is not distinct from (start_at, length, strip_zeros) and old.valid_to >= valid_from then
        raise exception 'nothing is changed' using errcode = 'restrict_violation', constraint = 'setting_changes_something';
    end if;
    update ledger.contract_number_rule r set valid_to = change_contract_number_rule.valid_from - 1
     where r.collector = change_contract_number_rule.collector and r.valid_from = old.valid_from and r.valid_to >= change_contract_number_rule.valid_from;
    insert into ledger.contract_number_rule (collector, valid_from, start_at, length, strip_zeros)
    values (collector, valid_from, start_at, length, strip_zeros);
    return ledger.note_setting('contract_number_rule', collector, valid_from::text,
        jsonb_build_object('start_at', old.start_at, 'length', old.length, 'strip_zeros', old.strip_zeros),
        jsonb_build_object('start_at', start_at, 'length', length, 'strip_zeros', strip_zeros), why, actor);
end $$;
comment on function ledger.change_contract_number_rule is 'Where the contract number stands from a debit date on; the rule so far ends the day before.';

-- ── The survey's words ──────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.change_settlement_rule(role text, fund text, key text, from_year int, item text, why text, actor text) returns int
language plpgsql as $$
declare
    old  ledger.settlement_rule;
    name text := concat_ws('/', role, nullif(fund, ''), key);
begin
    -- Two changes of one rule: the second waits, and is the next version.
    perform pg_advisory_xact_lock(hashtextextended('settlement_rule/' || name, 0));
    select * into old from ledger.settlement_rule r
     where (r.role, r.fund, r.key) = (change_settlement_rule.role, change_settlement_rule.fund, change_settlement_rule.key)
       and r.from_year <= change_settlement_rule.from_year
     order by r.from_year desc, r.version desc limit 1;
    if old.item is not distinct from item then
        raise exception 'nothing is changed' using errcode = 'restrict_violation', constraint = 'setting_changes_something';
    end if;
    if fund <> '' and not exists (select from ledger.fund f where f.code = fund) then
        raise exception 'there is no fund %', fund using errcode = 'restrict_violation', constraint = 'settlement_rule_fund_is_known';
    end if;
    insert into ledger.settlement_rule (role, fund, key, from_year, version, item, why, made_by)
    select change_settlement_rule.role, change_settlement_rule.fund, change_settlement_rule.key, change_settlement_rule.from_year,
           coalesce(max(r.version), 0) + 1, change_settlement_rule.item, change_settlement_rule.why, actor
      from ledger.settlement_rule r
     where (r.role, r.fund, r.key, r.from_year)
         = (change_settlement_rule.role, change_settlement_rule.fund, change_settlement_rule.key, change_settlement_rule.from_year);
    -- What is there already may be taken back, whatever it is about.
    if item is not null and not ledger.settlement_key_is_known(role, fund, key) then
        raise exception 'nothing has the code %', key using errcode = 'restrict_violation', constraint = 'settlement_rule_key_is_known';
    end if;
    return ledger.note_setting('settlement_rule', name, from_year::text, jsonb_build_object('item', old.item), jsonb_build_object('item', item), why, actor);
end $$;
comment on function ledger.change_settlement_rule is 'What a 会計, 予算科目 or 節 is in the survey from a fiscal year on; item null takes the rule back.';

-- A row or column of a table of the survey, from a fiscal year on. Editions that are made keep their captions.
create function ledger.change_settlement_axis(table_no text, axis text, no text, within text, from_year int, name text, role text, item text, grade text,
                                              why text, actor text) returns int
language plpgsql as $$
declare
    old  ledger.settlement_axis;
    said text := concat_ws('/', table_no, axis, nullif(within, ''), no);
begin
    perform pg_advisory_xact_lock(hashtextextended('settlement_axis/' || said, 0));
    if not exists (select from ledger.settlement_table t where t.table_no = change_settlement_axis.table_no) then
        raise exception 'there is no table %', table_no using errcode = 'restrict_violation', constraint = 'settlement_axis_table_is_known';
    end if;
    if item is not null and not (case role
           when 'lines' then change_settlement_axis.item ~ '^[0-9]{2}/[0-9]+(,[0-9]{2}/[0-9]+)*$'
                             and not exists (select from unnest(string_to_array(change_settlement_axis.item, ',')) w
                                              where not exists (select from ledger.budget_line b
                                                                 where b.fund = split_part(w, '/', 1) and starts_with(b.code, split_part(w, '/', 2))))
           when 'figure' then exists (select from ledger.settlement_axis a where a.role = 'figure' and a.item = change_settlement_axis.item)
           else exists (select from ledger.settlement_item i where (i.role, i.code) = (change_settlement_axis.role, change_settlement_axis.item)) end) then
        raise exception '% is no %', item, role using errcode = 'restrict_violation', constraint = 'settlement_axis_item_is_known';
    end if;
    select * into old from ledger.settlement_axis a
     where (a.table_no, a.axis, a.no, a.within) = (change_settlement_axis.table_no, change_settlement_axis.axis, change_settlement_axis.no, change_settlement_axis.within)
       and a.from_year <= change_settlement_axis.from_year
     order by a.from_year desc, a.version desc limit 1;
    if (old.name, old.role, old.item, old.grade) is not distinct from (name, role, item, grade) or role is null and old.role is null then
        raise exception 'nothing is changed' using errcode = 'restrict_violation', constraint = 'setting_changes_something';
    end if;
    insert into ledger.settlement_axis (table_no, axis, no, within, from_year, version, name, role, item, grade, why, made_by)
    select change_settlement_axis.table_no, change_settlement_axis.axis, change_settlement_axis.no, change_settlement_axis.within,
           change_settlement_axis.from_year, coalesce(max(a.version), 0) + 1, change_settlement_axis.name, change_settlement_axis.role,
           change_settlement_axis.item, change_settlement_axis.grade, change_settlement_axis.why, actor
      from ledger.settlement_axis a
     where (a.table_no, a.axis, a.no, a.within, a.from_year)
         = (change_settlement_axis.table_no, change_settlement_axis.axis, change_settlement_axis.no, change_settlement_axis.within, change_settlement_axis.from_year);
    return ledger.note_setting('settlement_axis', said, from_year::text, jsonb_build_object('name', old.name, 'role', old.role, 'item', old.item, 'grade', old.grade),
                               jsonb_build_object('name', name, 'role', role, 'item', item, 'grade', grade), why, actor);
end $$;
comment on function ledger.change_settlement_axis is 'Caption and meaning of a row or column from a fiscal year on; role null takes it back.';

-- ── Bank profiles ───────────────────────────────────────────────────────────────────────────────────────────────────────

-- What of a profile is the office's contract with its bank, and no matter of the file's form: the account that is debited, under which code
-- and name, how much one file may hold, when the bank wants it. The rest (layout, names, characters) is the profile's TOML.
create table ledger.profile_key (
    key     text constraint profile_key_pk primary key,
    name    text not null,
    name_en text not null,
    form    text not null,
    told    text not null,
    told_en text not null,
    sort    int  not null
);
comment on table ledger.profile_key is '銀行プロファイルの変更できる項目: values of a profile that staff change without another file, and the form of each.';
comment on column ledger.profile_key.told is 'The form in words, for who typed another.';
insert into ledger.profile_key (sort, key, name, name_en, form, told, told_en) values
    (1, 'originator_code', '委託者コード', 'Originator code', '^[0-9]{10}$', '半角数字10桁', '10 digits, half-width'),
    (2, 'originator_name', '委託者名', 'Originator name', '^[0-9A-Z ().,/｢｣\-\uFF66-\uFF9F]{1,40}$', '半角の英大文字・数字・カナと空白 ( ) . , / ｢ ｣ - の1〜40字', '1 to 40 half-width capitals, digits, kana, blanks and ( ) . , / ｢ ｣ -'),
    (3, 'own_bank', '引落銀行', 'Debited bank', '^[0-9]{4}$', '半角数字4桁', '4 digits, half-width'),
    (4, 'own_branch', '引落支店', 'Debited branch', '^[0-9]{3}$', '半角数字3桁', '3 digits, half-width'),
    (5, 'own_account_kind', '預金種目', 'Kind of account', '^[1249]$', '一覧のいずれか', 'one of the list'),
    (6, 'own_account', '口座番号', 'Account number', '^[0-9]{7}$', '半角数字7桁', '7 digits, half-width'),
    (7, 'records_max', '1ファイルの件数の上限', 'Most records of a file', '^[1-9][0-9]{0,5}$', '1〜999999の半角数字（区切りの「,」なし）', '1 to 999999, without separators'),
    (8, 'total_max', '1ファイルの金額の上限', 'Most yen of a file', '^[1-9][0-9]{0,11}$', '1〜999999999999の半角数字（区切りの「,」なし）', '1 to 999999999999, without separators'),
    (9, 'header_records_max', '1ヘッダーの件数の上限', 'Most records behind a header', '^[1-9][0-9]{0,5}$', '1〜999999の半角数字（区切りの「,」なし）', '1 to 999999, without separators'),
    (10, 'non_business_day', '休業日の扱い', 'A day on which banks are closed', '^(refuse|next|previous)$', '一覧のいずれか', 'one of the list'),
    (11, 'cut_off', '締切時刻', 'Cut-off', '^([01][0-9]|2[0-3]):[0-5][0-9]$', '半角の時刻（例 09:30）', 'a time such as 09:30'),
    (12, 'days_ahead_min', '振込指定日までの最少営業日数', 'Fewest bank days ahead', '^[0-9]{1,2}$', '0〜99の半角数字', '0 to 99'),
    (13, 'days_ahead_max', '振込指定日までの最多営業日数', 'Most bank days ahead', '^[0-9]{1,2}$', '0〜99の半角数字', '0 to 99'),
    (14, 'own_cut_off', '締切時刻（自行のみ）', 'Cut-off where all are at the own bank', '^([01][0-9]|2[0-3]):[0-5][0-9]$', '半角の時刻（例 09:30）', 'a time such as 09:30'),
    (15, 'own_days_ahead_min', '最少営業日数（自行のみ）', 'Fewest bank days where all are at the own bank', '^[0-9]{1,2}$', '0〜99の半角数字', '0 to 99');

create table ledger.profile_version (
    topic      text not null,
    profile    text not null,
    version    int  not null constraint profile_version_is_positive check (version > 0),
    valid_from date not null,
    values     jsonb not null constraint profile_values_are_an_object check (jsonb_typeof(values) = 'object' and values <> '{}'),
    before     jsonb not null,
    why        text not null constraint profile_version_says_why check (btrim(why) <> ''),
    made_by    text not null constraint profile_version_is_signed check (btrim(made_by) <> ''),
    made_at    timestamptz not null default clock_timestamp(),
    approved   boolean,
    decided_by text,
    decided_at timestamptz,
    decided_why text not null default '',
    constraint profile_version_pk primary key (topic, profile, version),
    constraint profile_version_end_is_signed check (num_nonnulls(approved, decided_by, decided_at) in (0, 3)),
    -- Another account is debited by it: whoever enters it does not approve it.
    constraint profile_version_needs_two_persons check (not approved or lower(decided_by) <> lower(made_by)),
    constraint profile_version_refused_says_why check (approved is distinct from false or btrim(decided_why) <> '')
);
comment on table ledger.profile_version is '銀行プロファイルの版: what the office agreed with its bank, over the values of the profile''s file, for files ordered from a day on. Entered by one person, approved by another.';
comment on column ledger.profile_version.approved is 'null: waits for the second person; false: refused or taken back.';
create unique index profile_version_waits_once on ledger.profile_version (topic, profile) where approved is null;

create function ledger.guard_profile_version() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.approved is not null
       or (old.topic, old.profile, old.version, old.valid_from, old.values, old.before, old.why, old.made_by, old.made_at)
          is distinct from (new.topic, new.profile, new.version, new.valid_from, new.values, new.before, new.why, new.made_by, new.made_at) then
        raise exception 'a version of a bank profile is decided once and stays' using errcode = 'restrict_violation', constraint = 'profile_version_stays';
    end if;
    return new;
end $$;
create trigger profile_version_is_guarded before update or delete on ledger.profile_version for each row execute function ledger.guard_profile_version();
create trigger profile_version_stays before truncate on ledger.profile_version for each statement execute function ledger.guard_profile_version();

create function ledger.profile_values(topic text, profile text, day date) returns jsonb language sql stable as $$
    select coalesce((select v.values from ledger.profile_version v
                      where (v.topic, v.profile) = (profile_values.topic, profile_values.profile) and v.approved and v.valid_from <= day
                      order by v.valid_from desc, v.version desc limit 1), '{}')
$$;
comment on function ledger.profile_values is 'What counts for files ordered on a day, over the values of the profile''s file.';

create function ledger.propose_profile(topic text, profile text, file_values jsonb, chosen jsonb, valid_from date, seen int, today date, why text, actor text)
returns int language plpgsql as $$
declare
    last  int;
    was   jsonb;
    wrong text;
    made  int;
begin
    perform pg_advisory_xact_lock(hashtextextended('profile/' || topic || '/' || profile, 0));
    select coalesce(max(v.version), 0) into last from ledger.profile_version v where (v.topic, v.profile) = (propose_profile.topic, propose_profile.profile);
    if last <> seen then
        raise exception 'somebody has changed % % in the meantime', topic, profile using errcode = 'restrict_violation', constraint = 'setting_is_as_it_was_seen';
    end if;
    -- Files that are ordered keep what they were made with.
    if valid_from <= today then
        raise exception '% is not ahead', valid_from using errcode = 'restrict_violation', constraint = 'profile_version_is_ahead';
    end if;
    select e.key into wrong from jsonb_each_text(chosen) e left join ledger.profile_key k on k.key = e.key
     where k.key is null or not file_values ? e.key or e.value !~ k.form limit 1;
    if wrong is not null then
        raise exception '% cannot be %', wrong, chosen ->> wrong using errcode = 'restrict_violation', constraint = 'profile_value_has_its_form';
    end if;
    if (chosen ->> 'days_ahead_min')::int > (chosen ->> 'days_ahead_max')::int then
        raise exception 'the fewest days are more than the most' using errcode = 'restrict_violation', constraint = 'profile_days_are_a_span';
    end if;
    was := file_values || ledger.profile_values(topic, profile, valid_from);
    if was @> chosen then
        raise exception 'nothing is changed' using errcode = 'restrict_violation', constraint = 'setting_changes_something';
    end if;
    insert into ledger.profile_version (topic, profile, version, valid_from, values, before, why, made_by)
    values (topic, profile, last + 1, valid_from, chosen,
            (select jsonb_object_agg(e.key, was -> e.key) from jsonb_each(chosen) e), why, actor)
    returning version into made;
    perform audit.record(actor, 'setting.proposed', 'bank_profile', topic || '/' || profile, null,
                         (select jsonb_object_agg(e.key, e.value) from jsonb_each(chosen) e where was -> e.key is distinct from e.value)
                         || jsonb_build_object('version', made, 'valid_from', valid_from), why);
    return made;
end $$;
comment on function ledger.propose_profile is 'Other values of a bank profile for files ordered from a day on, to be approved by another person. file_values: those of the profile''s file.';

create function ledger.decide_profile(topic text, profile text, version int, approve boolean, today date, why text, actor text) returns void
language plpgsql as $$
declare
    it ledger.profile_version;
begin
    select * into it from ledger.profile_version v
     where (v.topic, v.profile, v.version) = (decide_profile.topic, decide_profile.profile, decide_profile.version) for update;
    if it.version is null or it.approved is not null then
        raise exception 'nothing waits' using errcode = 'restrict_violation', constraint = 'profile_version_waits';
    end if;
    if approve and it.valid_from <= today then
        raise exception '% is not ahead', it.valid_from using errcode = 'restrict_violation', constraint = 'profile_version_is_ahead';
    end if;
    update ledger.profile_version v set approved = approve, decided_by = actor, decided_at = clock_timestamp(), decided_why = btrim(coalesce(decide_profile.why, ''))
     where (v.topic, v.profile, v.version) = (it.topic, it.profile, it.version);
    if approve then
        perform ledger.note_setting('bank_profile', it.topic || '/' || it.profile, it.valid_from::text,
            (select jsonb_object_agg(e.key, e.value) from jsonb_each(it.before) e where it.values -> e.key is distinct from e.value),
            (select jsonb_object_agg(e.key, e.value) from jsonb_each(it.values) e where it.before -> e.key is distinct from e.value)
            || jsonb_build_object('proposed_by', it.made_by), it.why, actor, true);
    else
        perform audit.record(actor, case when lower(actor) = lower(it.made_by) then 'setting.withdrawn' else 'setting.refused' end, 'bank_profile', it.topic || '/' || it.profile, null, jsonb_build_object('version', it.version), why);
    end if;
end $$;
comment on function ledger.decide_profile is 'The second person approves what another entered, or refuses it; whoever entered it may take it back.';

-- ── Sections of personnel cost ──────────────────────────────────────────────────────────────────────────────────────────

create function ledger.change_payroll_section(section text, name text, payee text, valid_from date, seen int, today date, why text, actor text) returns int
language plpgsql as $$
declare
    old  record;
    made int;
begin
    -- Whoever orders pay holds the section for key share: what they order is seen below.
    perform from ledger.payroll_section s where s.section = change_payroll_section.section for update;
    if not found then
        raise exception 'there is no section %', section using errcode = 'restrict_violation', constraint = 'payroll_section_is_there';
    end if;
    perform ledger.refuse_stale_setting('payroll_section', section, seen);
    if valid_from <= today then
        raise exception '% is not ahead', valid_from using errcode = 'restrict_violation', constraint = 'payroll_section_version_is_ahead';
    end if;
    if not exists (select from ledger.creditor c where c.no = payee) then
        raise exception 'there is no creditor %', payee using errcode = 'restrict_violation', constraint = 'payroll_section_payee_is_known';
    end if;
    select * into old from ledger.payroll_section_on(section, valid_from);
    if (old.name, old.payee) is not distinct from (name, payee) then
        raise exception 'nothing is changed' using errcode = 'restrict_violation', constraint = 'setting_changes_something';
    end if;
    if exists (select from ledger.payroll_expense x join ledger.payroll_run_in_force r on r.id = x.run_id
                where x.section = change_payroll_section.section and r.pay_date >= change_payroll_section.valid_from) then
        raise exception 'pay of % or later is ordered already', valid_from
            using errcode = 'restrict_violation', constraint = 'payroll_section_version_is_behind_what_is_ordered';
    end if;
    made := ledger.note_setting('payroll_section', section, valid_from::text, jsonb_build_object('name', old.name, 'payee', old.payee),
                                jsonb_build_object('name', name, 'payee', payee), why, actor);
    insert into ledger.payroll_section_version (section, valid_from, version, name, payee, why, made_by)
    values (section, valid_from, made, name, payee, why, actor);
    return made;
end $$;
comment on function ledger.change_payroll_section is 'Another name or payee of a 節, for pay of a day (支給日) or after it. A day that has begun, or for which pay is ordered already, is refused.';

-- ── Topics that stand still ─────────────────────────────────────────────────────────────────────────────────────────────

create table work.paused_topic (
    id         bigint generated always as identity constraint paused_topic_pk primary key,
    topic      text        not null,
    paused_at  timestamptz not null default clock_timestamp(),
    paused_by  text        not null constraint paused_topic_is_signed check (btrim(paused_by) <> ''),
    why        text        not null constraint paused_topic_says_why check (btrim(why) <> ''),
    resumed_at timestamptz,
    resumed_by text,
    resumed_why text,
    constraint paused_topic_end_is_signed check (num_nonnulls(resumed_at, resumed_by, resumed_why) in (0, 3))
);
comment on table work.paused_topic is '停止中の連携: while a topic is paused, its messages wait in their queues; nothing is lost and nothing is posted or sent.';
create unique index paused_topic_once on work.paused_topic (topic) where resumed_at is null;
create trigger paused_topic_stays before delete or truncate on work.paused_topic for each statement execute function work.refuse_change();

create function work.pause_topic(topic text, actor text, why text) returns void language plpgsql as $$
begin
    insert into work.paused_topic (topic, paused_by, why) values (topic, actor, why);
    perform audit.record(actor, 'topic.paused', 'topic', topic, null, null, why);
end $$;

create function work.resume_topic(topic text, actor text, why text) returns void language plpgsql as $$
begin
    update work.paused_topic p set resumed_at = clock_timestamp(), resumed_by = actor, resumed_why = resume_topic.why
     where p.topic = resume_topic.topic and p.resumed_at is null;
    if not found then
        raise exception '% is not paused', topic using errcode = 'restrict_violation', constraint = 'paused_topic_is_paused';
    end if;
    perform audit.record(actor, 'topic.resumed', 'topic', topic, null, null, why);
end $$;
