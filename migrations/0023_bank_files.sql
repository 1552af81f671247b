-- What the files for the bank (09) share, and the check of creditors' accounts by the bank (口座確認).

-- ── The day of a transfer ────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.ordered_behind(file bigint, cut_off time) returns boolean
language sql stable as $$
    -- The hour counts only where the file was ordered on the day it is made for: a day set by hand has none.
    select (f.ordered_at at time zone 'Asia/Tokyo')::date = f.business_date and (f.ordered_at at time zone 'Asia/Tokyo')::time > cut_off
      from export.file f where f.id = file
$$;
comment on function ledger.ordered_behind is 'Whether a file was ordered behind the bank''s hour: then it reaches the bank on the next business day.';

create function ledger.transfer_date_fault(written text, made_on date, behind_hour boolean, on_holiday text, days_min int, days_max int, cut_off time)
returns table (code text, detail jsonb)
language sql stable as $$
    with asked as (
        select a.*, case when a.pay_date <= a.horizon then ledger.transfer_day(a.pay_date, on_holiday) end as day
          from (select ledger.date_or_null(written) as pay_date, (select through from ledger.calendar_horizon) as horizon) a
    ), rule as (
        select 1 as rank, 'TRANSFER_DATE_MISSING' as code, jsonb_build_object('value', coalesce(written, '')) as detail
          from asked where pay_date is null
        union all
        select 2, 'CALENDAR_BEYOND_HORIZON', jsonb_build_object('date', pay_date, 'last', horizon) from asked where pay_date > horizon
        union all
        select r.rank, r.code, jsonb_build_object('pay_date', a.day) || r.detail
          from asked a
         cross join lateral (select ledger.bank_days_ahead(made_on, behind_hour, a.day) as days) ahead
         cross join lateral (values
             (3, 'TRANSFER_DATE_NOT_BANK_DAY', not ledger.is_business_day(a.day, 'bank'),
              jsonb_build_object('before', ledger.previous_business_day(a.day, 'bank'))),
             -- Before the others: a day that is over is not too near.
             (0, 'TRANSFER_DATE_PASSED', a.day < made_on, '{}'::jsonb),
             (4, 'TRANSFER_DATE_TOO_EARLY', ahead.days < days_min,
              jsonb_build_object('days', days_min, 'cut_off', to_char(transfer_date_fault.cut_off, 'HH24:MI'))),
             (5, 'TRANSFER_DATE_TOO_LATE', ahead.days > days_max, jsonb_build_object('days', days_max))) r (rank, code, broken, detail)
         where a.day <= a.horizon and r.broken
    )
    select r.code, r.detail from rule r order by r.rank limit 1
$$;
comment on function ledger.transfer_date_fault is 'Why the bank does not transfer on a pay date that was ordered; no row when it does. The file carries month and day only, so a date outside the bank''s window could also be read as another year''s.';

-- ── Check of accounts (口座確認) ─────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.account_check (
    id          bigint generated always as identity constraint account_check_pk primary key,
    account_id  bigint      not null references ledger.creditor_account,
    answer      text        not null constraint account_check_answer_is_a_digit check (answer ~ '^[0-9]$'),
    answered_on date        not null,
    file_id     bigint      references export.file,
    source      text        not null constraint account_check_source_is_named check (btrim(source) <> ''),
    noted_by    text        not null,
    noted_at    timestamptz not null default clock_timestamp()
);
comment on table ledger.account_check is '口座確認結果: what the bank said of a creditor''s account; the latest answer counts. 0: it is as registered. Anything else: it is not, or the bank could not say.';
comment on column ledger.account_check.file_id is 'The file of the request that it answers; null when somebody asked in another way.';
comment on column ledger.account_check.source is 'Where the answer stands: the digest of the bank''s file, or what a person saw.';
create index account_check_by_account on ledger.account_check (account_id, id);
create trigger account_check_is_append_only before update or delete or truncate on ledger.account_check
    for each statement execute function ledger.refuse_change();

create view ledger.account_answer as
select distinct on (c.account_id) c.account_id, c.answer, c.answered_on, c.file_id
  from ledger.account_check c order by c.account_id, c.id desc;
comment on view ledger.account_answer is 'The latest answer of the bank about an account.';

create function ledger.payees_invalid(file bigint, on_holiday text) returns table (id bigint, no text, creditor text, amount bigint, why text)
language sql stable as $$
    select o.id, o.no, o.creditor, o.amount - o.deducted, f.why
      from export.claim x
      join ledger.payment_order o on o.id = x.object_id
      join (select paid_on, ledger.transfer_day(paid_on, on_holiday) as day
              from (select distinct p.paid_on from export.claim y join ledger.payment_order p on p.id = y.object_id
                     where y.file_id = file and y.object = 'payment_order') days) d using (paid_on)
      join ledger.creditor c on c.no = o.creditor
      left join ledger.creditor_account k on k.id = o.account_id
      left join ledger.institution i on i.bank = k.bank and d.day between i.valid_from and i.valid_to
      left join ledger.branch b on b.bank = k.bank and b.branch = k.branch and d.day between b.valid_from and b.valid_to
      left join ledger.account_answer said on said.account_id = k.id
     cross join lateral (
         select case when o.account_id is null then null
                     when d.day between c.suspended_from and coalesce(c.suspended_to, date '9999-12-31') then 'PAYEE_SUSPENDED'
                     when d.day not between k.valid_from and k.valid_to then 'PAYEE_WITHOUT_ACCOUNT'
                     when k.unpayable_reason is not null then 'PAYEE_ACCOUNT_UNPAYABLE'
                     when i.bank is null or b.branch is null then 'PAYEE_BRANCH_CLOSED'
                     when said.answer <> '0' then 'PAYEE_ACCOUNT_DENIED' end as why) f
     where x.file_id = file and x.object = 'payment_order' and f.why is not null
$$;
comment on function ledger.payees_invalid is 'Payees of a file that could be paid when it was made and cannot any more: suspended, another account, an account from which a transfer came back or that the bank did not confirm, a branch that ended.';

create function ledger.record_account_check(account bigint, answer text, answered_on date, source text, who text, file bigint default null)
returns bigint
language sql volatile as $$
    with noted as (
        insert into ledger.account_check (account_id, answer, answered_on, file_id, source, noted_by)
        values (account, answer, answered_on, file, source, who)
        returning id, account_id
    ), told as (
        insert into audit.event (actor, action, object, object_id, before, after, reason)
        select who, 'creditor_account.checked', 'creditor_account', n.account_id::text,
               (select jsonb_build_object('answer', a.answer, 'answered_on', a.answered_on) from ledger.account_answer a where a.account_id = n.account_id),
               jsonb_build_object('answer', answer, 'answered_on', answered_on, 'file', file), source
          from noted n
    )
    select id from noted
$$;
comment on function ledger.record_account_check is 'An answer of the bank about one account (creditor_account), from its file or as a person saw it. An account whose latest answer is not 0 is left out of transfer files.';

create function ledger.check_account_by_hand(creditor text, answer text, source text, who text, today date) returns bigint
language plpgsql as $$
declare
    account bigint;
begin
    select k.id into account from ledger.creditor_account k
     where k.creditor = check_account_by_hand.creditor and k.valid_to >= today order by k.valid_from limit 1;
    if account is null then
        raise exception 'ACCOUNT_CHECK_WITHOUT_ACCOUNT' using errcode = 'RK010', detail = json_build_object('creditor', creditor);
    end if;
    if btrim(source) = '' then
        raise exception 'ACCOUNT_CHECK_SOURCE_MISSING' using errcode = 'RK010';
    end if;
    return ledger.record_account_check(account, answer, today, btrim(source), who);
end $$;
comment on function ledger.check_account_by_hand is 'The same for the account a creditor has now, or next, by a person who saw it confirmed or denied.';

create function ledger.account_check_day(file bigint, cut_off time) returns date
language sql stable as $$
    select ledger.next_business_day(f.business_date + ledger.ordered_behind(file, cut_off)::int, 'bank') from export.file f where f.id = file
$$;
comment on function ledger.account_check_day is '照会日: the day a request reaches the bank.';

create function ledger.select_account_checks() returns void
language plpgsql as $$
#variable_conflict use_column
begin
    create temp table bank on commit drop as
    select max(value) filter (where key = 'originator_code') as originator_code, max(value) filter (where key = 'originator_name') as originator_name,
           max(value) filter (where key = 'own_bank') as own_bank, max(value) filter (where key = 'own_branch') as own_branch,
           max(value) filter (where key = 'own_account_kind') as own_account_kind, max(value) filter (where key = 'own_account') as own_account,
           max(value) filter (where key = 'names_filled') = 'yes' as names_filled,
           max(value) filter (where key = 'account_kinds') as account_kinds,
           max(value) filter (where key = 'kana_wo') = 'yes' as kana_wo, max(value) filter (where key = 'kana_dot') = 'yes' as kana_dot,
           (max(value) filter (where key = 'records_max'))::bigint as records_max,
           ledger.account_check_day((select file_id from pg_temp.run), (max(value) filter (where key = 'cut_off'))::time) as day
      from pg_temp.setting;

    create temp table refusal (object text, object_id bigint, code text, detail jsonb, severity text) on commit drop;
    insert into refusal (code, detail, severity)
    select 'TRANSFER_OWN_BRANCH_UNKNOWN', jsonb_build_object('bank', s.own_bank, 'branch', s.own_branch, 'pay_date', s.day), 'stop'
      from bank s where not exists (select from ledger.branch_on(s.own_bank, s.own_branch, s.day));

    -- New and changed accounts: in force now or later, never paid to, never answered, in no request that lives.
    create temp table due on commit drop as
    select k.id, k.creditor, k.bank, k.branch, k.kind, k.number, k.holder_kana, i.kana as bank_kana, b.kana as branch_kana,
           exists (select from ledger.creditor_account e where e.creditor = k.creditor and e.valid_to < k.valid_from) as changed,
           ledger.bank_name_fault(k.holder_kana, s.kana_wo, s.kana_dot) as name_fault,
           case when i.bank is null or b.branch is null then 'ACCOUNT_BRANCH_UNKNOWN'
                when strpos(s.account_kinds, k.kind) = 0 then 'ACCOUNT_KIND_UNCHECKED'
                when ledger.bank_name_fault(k.holder_kana, s.kana_wo, s.kana_dot) is not null then 'ACCOUNT_NAME_CHARACTER' end as code
      from ledger.creditor_account k
     cross join bank s
      left join ledger.institution i on i.bank = k.bank and greatest(s.day, k.valid_from) between i.valid_from and i.valid_to
      left join ledger.branch b on b.bank = k.bank and b.branch = k.branch and greatest(s.day, k.valid_from) between b.valid_from and b.valid_to
     where k.valid_to >= s.day
       and not exists (select from ledger.account_check c where c.account_id = k.id)
       and not exists (select from ledger.payment_order p where p.creditor = k.creditor and p.account_id = k.id and p.state in ('released', 'paid'))
       and not exists (select from export.claim x where x.object = 'creditor_account' and x.object_id = k.id and x.live);

    insert into refusal
    select 'creditor_account', d.id, d.code,
           jsonb_strip_nulls(jsonb_build_object('creditor', d.creditor, 'bank', d.bank, 'branch', d.branch, 'kind', d.kind, 'name', d.holder_kana, 'char', d.name_fault)),
           'item'
      from due d where d.code is not null;

    create temp table outgoing_inquiry on commit drop as
    select x.seq, ((x.seq - 1) / s.records_max + 1)::int as part, 1 as grp, x.id as account_id, x.bank,
           case when s.names_filled then ledger.bank_file_name(x.bank_kana) end as bank_name, x.branch,
           case when s.names_filled then ledger.bank_file_name(x.branch_kana) end as branch_name,
           x.kind as account_kind, x.number as account, x.holder_kana as holder, case when x.changed then '2' else '1' end as novelty, x.creditor
      from (select d.*, row_number() over (order by d.creditor, d.id) as seq from due d where d.code is null) x
     cross join bank s
     where not exists (select from refusal where severity = 'stop');

    create temp table outgoing_header on commit drop as
    select g.part::bigint as seq, g.part, 1 as grp, s.originator_code, s.originator_name, to_char(s.day, 'MM-DD') as asked_on,
           s.own_bank, case when s.names_filled then ledger.bank_file_name(o.bank_kana) end as own_bank_name,
           s.own_branch, case when s.names_filled then ledger.bank_file_name(o.branch_kana) end as own_branch_name, s.own_account_kind, s.own_account
      from bank s
     cross join lateral ledger.branch_on(s.own_bank, s.own_branch, s.day) o
     cross join (select distinct part from outgoing_inquiry) g;

    create temp table claim on commit drop as
    select seq, part, 'creditor_account'::text as object, account_id as object_id, null::bigint as yen from outgoing_inquiry;
end $$;
comment on function ledger.select_account_checks is 'select.sql of both forms of a request: new and changed accounts of creditors that no payment went to yet.';

create function ledger.account_checks_waiting() returns table (code text, count bigint, yen bigint, detail jsonb)
language sql stable as $$
    select 'EXPORT_WAITS_ACCOUNT_ASKED', count(*), null::bigint, jsonb_build_object('file', f.id, 'state', f.state)
      from export.claim c join export.file f on f.id = c.file_id
     where c.object = 'creditor_account' and c.live and not exists (select from ledger.account_check a where a.account_id = c.object_id)
     group by f.id, f.state order by f.id desc limit 3
$$;
comment on function ledger.account_checks_waiting is 'waiting.sql of both forms of a request: accounts that were asked about and have no answer yet.';

create function ledger.review_account_checks(file bigint) returns table (label_ja text, label_en text, count bigint, yen bigint)
language sql stable as $$
    with item as (
        select k.*, exists (select from ledger.creditor_account e where e.creditor = k.creditor and e.valid_to < k.valid_from) as changed
          from export.claim c join ledger.creditor_account k on k.id = c.object_id
         where c.file_id = file and c.object = 'creditor_account'
    ), row as (
        select 1 as part, '' as key, '合計' as label_ja, 'total' as label_en, count(*) as count from item
        union all
        select 2, changed::text, case when changed then '変更した口座' else '新しい口座' end, case when changed then 'changed accounts' else 'new accounts' end, count(*)
          from item group by changed
        union all
        select 3, bank, '銀行 ' || bank, 'bank ' || bank, count(*) from item group by bank
        union all
        -- Payments that wait for nothing but the day: they go to accounts the bank has not spoken of.
        select 4, '', '支払待ちの支出命令がある口座', 'accounts with orders waiting to be paid', count(*)
          from item i where exists (select from ledger.payment_order p where p.creditor = i.creditor and p.state = 'approved' and p.method = 'transfer')
        having count(*) > 0
    )
    select label_ja, label_en, count, 0::bigint from row order by part, key
$$;
comment on function ledger.review_account_checks is 'review.sql of a request: the accounts counted again from the claims.';

create function ledger.check_account_request_release(file bigint, today date, cut_off time) returns timestamptz
language plpgsql as $$
declare
    day date := ledger.account_check_day(file, cut_off);
begin
    if today > day then
        raise exception 'ACCOUNT_CHECK_DAY_PASSED' using errcode = 'RK900', detail = json_build_object('day', day);
    end if;
    return ledger.bank_hour(0, cut_off, day);
end $$;
comment on function ledger.check_account_request_release is 'A request names the day it is made on; a stale one is voided and made anew. Gives by when the bank must have it.';

create function ledger.take_account_answers() returns void
language plpgsql as $$
#variable_conflict use_column
begin
    create temp table refusal (object text, object_id bigint, code text, detail jsonb, severity text) on commit drop;
    -- Each answer belongs to the account that the request named: the bank sends the request back with a code in it.
    create temp table account_said on commit drop as
    select b.line, b.answer, b.account_kind, b.bank, b.branch, b.account, right(b.creditor, 10) as creditor, asked.account_id, asked.file_id
      from pg_temp.brought_inquiry b
      left join lateral (
          select k.id as account_id, f.id as file_id
            from ledger.creditor_account k
            join export.claim c on c.object = 'creditor_account' and c.object_id = k.id and c.live
            join export.file f on f.id = c.file_id and f.released_at is not null
           where (k.creditor, k.bank, k.branch, k.kind, k.number) = (right(b.creditor, 10), b.bank, b.branch, b.account_kind, b.account)
           order by f.id desc limit 1) asked on true;
    insert into refusal (code, detail, severity)
    select 'ACCOUNT_ANSWER_UNKNOWN', jsonb_build_object('line', a.line, 'creditor', a.creditor, 'bank', a.bank, 'branch', a.branch), 'stop'
      from account_said a where a.account_id is null
    union all
    select 'ACCOUNT_ANSWERED_ALREADY', jsonb_build_object('line', a.line, 'creditor', a.creditor), 'stop'
      from account_said a join ledger.account_check c on c.account_id = a.account_id and c.file_id = a.file_id
    union all
    select 'ACCOUNT_ANSWER_REPEATED', jsonb_build_object('line', max(a.line), 'creditor', min(a.creditor)), 'stop'
      from account_said a where a.account_id is not null group by a.account_id having count(*) > 1;
    if exists (select from refusal) then
        return;
    end if;
    perform ledger.record_account_check(a.account_id, a.answer, b.today, b.sha256, b.actor, a.file_id)
       from account_said a cross join pg_temp.brought b order by a.line;
    create temp table outcome on commit drop as
    select case answer when '0' then '確認済' else '確認できない（回答' || answer || '）' end as label_ja,
           case answer when '0' then 'confirmed' else 'not confirmed (answer ' || answer || ')' end as label_en, count(*) as count, 0::bigint as yen
      from account_said group by answer order by answer;
end $$;
comment on function ledger.take_account_answers is 'The bank''s file of answers: each is put down to the account that a released request asked about. All or none.';
