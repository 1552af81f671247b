-- What the office sets by itself: posting rules, holidays, where contract numbers stand, what the survey's words mean, whom personnel
-- orders name; and which 連携 stands still for the moment. Every change says who, when and why, and keeps what was there before.

-- ── Changes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.setting_change (
    id         bigint generated always as identity constraint setting_change_pk primary key,
    setting    text        not null constraint setting_is_known
               check (setting in ('posting_rule', 'holiday', 'contract_number_rule', 'settlement_rule', 'payroll_section')),
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
comment on column ledger.setting_change.key is 'event of a posting rule; day of a holiday; collector; role/fund/key of a survey rule; 節.';
comment on column ledger.setting_change.valid_from is 'Day or fiscal year from which it counts, where the setting has such; else from the moment it was made.';

create function ledger.refuse_setting_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'setting_changes_stay';
end $$;
create trigger setting_changes_stay before update or delete or truncate on ledger.setting_change
    for each statement execute function ledger.refuse_setting_change();

-- The history and the audit event of one change.
create function ledger.note_setting(setting text, key text, valid_from text, before jsonb, after jsonb, why text, actor text) returns int
language plpgsql as $$
declare
    made int := (select coalesce(max(c.version), 0) + 1 from ledger.setting_change c where c.setting = note_setting.setting and c.key = note_setting.key);
begin
    insert into ledger.setting_change (setting, key, version, valid_from, before, after, why, made_by)
    values (setting, key, made, valid_from, before, after, why, actor);
    perform audit.record(actor, 'setting.changed', setting, key, before, after || jsonb_build_object('version', made), why);
    return made;
end $$;
comment on function ledger.note_setting is 'Writes down one change of a setting with its audit event; gives its version.';

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

-- An entry keeps the accounts it was posted with, so that a change counts for later entries only.
create function ledger.change_posting_rule(event text, debit text, credit text, seen int, why text, actor text) returns int
language plpgsql as $$
declare
    old ledger.posting_rule;
begin
    select * into old from ledger.posting_rule r where r.event = change_posting_rule.event for update;
    if not found then
        raise exception 'there is no posting rule %', event using errcode = 'restrict_violation', constraint = 'posting_rule_is_there';
    end if;
    perform ledger.refuse_stale_setting('posting_rule', event, seen);
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
    update ledger.posting_rule r set debit_account = debit, credit_account = credit where r.event = change_posting_rule.event;
    return ledger.note_setting('posting_rule', event, null, jsonb_build_object('debit', old.debit_account, 'credit', old.credit_account),
                               jsonb_build_object('debit', debit, 'credit', credit), why, actor);
end $$;
comment on function ledger.change_posting_rule is 'Other accounts for an event, for entries from now on.';

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
    return ledger.note_setting('settlement_rule', name, from_year::text, jsonb_build_object('item', old.item), jsonb_build_object('item', item), why, actor);
end $$;
comment on function ledger.change_settlement_rule is 'What a 会計, 予算科目 or 節 is in the survey from a fiscal year on; item null takes the rule back.';

-- ── Sections of personnel cost ──────────────────────────────────────────────────────────────────────────────────────────

create function ledger.change_payroll_section(section text, name text, payee text, withheld boolean, seen int, why text, actor text) returns int
language plpgsql as $$
declare
    old ledger.payroll_section;
begin
    select * into old from ledger.payroll_section s where s.section = change_payroll_section.section for update;
    if not found then
        raise exception 'there is no section %', section using errcode = 'restrict_violation', constraint = 'payroll_section_is_there';
    end if;
    perform ledger.refuse_stale_setting('payroll_section', section, seen);
    if not exists (select from ledger.creditor c where c.no = payee) then
        raise exception 'there is no creditor %', payee using errcode = 'restrict_violation', constraint = 'payroll_section_payee_is_known';
    end if;
    if (old.name, old.payee, old.withheld) is not distinct from (name, payee, withheld) then
        raise exception 'nothing is changed' using errcode = 'restrict_violation', constraint = 'setting_changes_something';
    end if;
    update ledger.payroll_section s
       set name = change_payroll_section.name, payee = change_payroll_section.payee, withheld = change_payroll_section.withheld
     where s.section = change_payroll_section.section;
    return ledger.note_setting('payroll_section', section, null, to_jsonb(old) - 'section',
                               jsonb_build_object('name', name, 'payee', payee, 'withheld', withheld), why, actor);
end $$;
comment on function ledger.change_payroll_section is 'Another name or payee of a 節, for orders from now on.';

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
