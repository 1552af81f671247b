-- Who may enter the console and what they may do there. The console writes this schema itself; whatever it does to the ledger it
-- does through the functions and programs everybody else uses.
--
-- An account is local (made here) or of the portal (its login id comes with 21): then ledger.account_may_act decides whether it may
-- enter, so that disabling it there ends its sessions here. What a person may do is a role on all topics or on one.

create schema access;
comment on schema access is '利用者と権限: accounts of the console, their roles, sessions and attempts to enter';

create table access.account (
    login_id        text        constraint access_account_pk primary key
                    constraint access_login_has_its_shape check (login_id ~ '^[A-Za-z0-9._-]{3,64}$'),
    display_name    text        not null constraint access_account_is_named check (btrim(display_name) <> ''),
    origin          text        not null constraint access_origin_is_known check (origin in ('local', 'portal')),
    password_hash   text        constraint access_password_is_argon2id check (password_hash like '$argon2id$%'),
    password_set_at timestamptz,
    must_change     boolean     not null default true,
    totp_sealed     bytea,
    totp_proven_at  timestamptz,
    totp_step       bigint      not null default 0,
    disabled_at     timestamptz,
    disabled_by     text,
    disabled_reason text,
    lock_lifted_at  timestamptz,
    created_at      timestamptz not null default clock_timestamp(),
    created_by      text        not null,
    constraint access_disabled_by_somebody check ((disabled_at is null) = (disabled_by is null)),
    constraint access_totp_is_proven_when_there check (totp_proven_at is null or totp_sealed is not null)
);
comment on table access.account is 'Accounts of the console. Never deleted: the audit log names them for ever.';
comment on column access.account.origin is 'local: made here. portal: the login id of 21; it enters only while ledger.account_may_act says so.';
comment on column access.account.must_change is 'The password was given by somebody else: it is good for choosing another and for nothing more.';
comment on column access.account.totp_sealed is 'Secret of the one-time codes, encrypted with the key of the installation.';
comment on column access.account.totp_step is 'Time step of the last code that was taken: none is taken twice.';
comment on column access.account.lock_lifted_at is 'Wrong attempts up to then count no more: an administrator let the login id try again.';
create unique index access_login_is_unique on access.account (lower(login_id));

create table access.permission (
    id       bigint generated always as identity constraint access_permission_pk primary key,
    login_id text        not null references access.account,
    role     text        not null constraint access_role_is_known
             check (role in ('viewer', 'operator', 'approver', 'auditor', 'administrator')),
    topic    text,
    given_at timestamptz not null default clock_timestamp(),
    given_by text        not null,
    ended_at timestamptz,
    ended_by text,
    constraint access_role_ended_by_somebody check ((ended_at is null) = (ended_by is null)),
    -- Who gives himself a role needs no second person: nobody may.
    constraint access_role_given_by_another check (lower(given_by) <> lower(login_id))
);
comment on table access.permission is 'Roles: 参照 viewer, 運用 operator, 承認 approver, 監査 auditor, 管理 administrator; on one topic, or on all where topic is null.';
create unique index access_permission_once on access.permission (login_id, role, coalesce(topic, '')) where ended_at is null;

create table access.session (
    token_sha256 bytea       constraint session_pk primary key,
    login_id     text        not null references access.account,
    csrf         text        not null,
    begun_at     timestamptz not null default clock_timestamp(),
    seen_at      timestamptz not null default clock_timestamp(),
    proven_at    timestamptz not null default clock_timestamp(),
    complete     boolean     not null,
    way          text        not null constraint session_way_is_known check (way in ('password', 'provider')),
    address      text        not null,
    agent        text        not null,
    ended_at     timestamptz,
    ended_why    text
);
comment on table access.session is 'Sessions. The cookie holds a random token, this table only its SHA-256.';
comment on column access.session.proven_at is 'When the person last proved who they are: releases ask again after some minutes.';
comment on column access.session.way is 'provider: an OpenID provider said who it is, so that a password due for a change was not used.';
comment on column access.session.complete is 'false: the password was right and the one-time code is still to come.';
create index session_by_login on access.session (login_id) where ended_at is null;

create table access.attempt (
    id       bigint generated always as identity constraint attempt_pk primary key,
    login    text        not null,
    address  text        not null,
    at       timestamptz not null default clock_timestamp(),
    entered  boolean     not null
);
comment on table access.attempt is 'Attempts to enter, right or wrong, of login ids that exist and that do not: counted to slow down guessing.';
create index attempt_by_login on access.attempt (login, at);
create index attempt_by_address on access.attempt (address, at);

create function access.locked_until(login text, wrong_max bigint, minutes int) returns timestamptz language sql stable as $$
    select w.at + make_interval(mins => minutes)
      from access.attempt w
     where w.login = lower(locked_until.login) and not w.entered and w.at > clock_timestamp() - make_interval(mins => minutes)
       and w.at > greatest((select max(e.at) from access.attempt e where e.login = lower(locked_until.login) and e.entered),
                           (select a.lock_lifted_at from access.account a where lower(a.login_id) = lower(locked_until.login)), '-infinity')
     order by w.at desc
    offset wrong_max - 1 limit 1
$$;
comment on function access.locked_until is 'Until when a login id, known or not, has to wait after so many wrong attempts within the minutes; null: it need not.';

create function access.note_attempt(login text, address text, entered boolean, wrong_max bigint, minutes int) returns timestamptz language plpgsql as $$
declare
    before timestamptz;
begin
    -- Of two wrong attempts at once just one begins the lock.
    perform pg_advisory_xact_lock(hashtextextended('access.attempt/' || login, 0));
    before := access.locked_until(login, wrong_max, minutes);
    insert into access.attempt (login, address, entered) values (note_attempt.login, note_attempt.address, note_attempt.entered);
    return case when before is null then access.locked_until(login, wrong_max, minutes) end;
end $$;
comment on function access.note_attempt is 'Writes an attempt down. Not null: with it the login id is locked, until then.';

create function access.lift_lock(login text, wrong_max bigint, minutes int, why text, actor text) returns void language plpgsql as $$
declare
    until timestamptz := access.locked_until(login, wrong_max, minutes);
begin
    if lower(login) = lower(actor) then
        raise exception '% cannot lift their own lock', actor using errcode = 'check_violation', constraint = 'access_lock_lifted_by_another';
    end if;
    if until is null then
        raise exception '% is not locked', login using errcode = 'restrict_violation', constraint = 'access_lock_is_on';
    end if;
    update access.account a set lock_lifted_at = clock_timestamp() where a.login_id = lift_lock.login;
    perform audit.record(actor, 'account.unlock', 'account', login, jsonb_build_object('until', to_char(until at time zone 'Asia/Tokyo', 'YYYY-MM-DD HH24:MI')), null, why);
end $$;
comment on function access.lift_lock is 'Lets an account that is locked after wrong attempts try again at once.';

create table access.sender_token (
    id            bigint generated always as identity constraint sender_token_pk primary key,
    name          text        not null constraint sender_token_name_has_its_shape check (name ~ '^[a-z0-9_-]{1,40}$'),
    sha256        text        not null constraint sender_token_is_a_hash check (sha256 ~ '^[0-9a-f]{64}$')
                  constraint sender_token_is_another unique,
    topics        text[]      not null constraint sender_token_is_for_something check (cardinality(topics) > 0),
    valid_through date,
    form          uuid        not null constraint sender_token_once_a_form unique,
    why           text        not null constraint sender_token_says_why check (btrim(why) <> ''),
    made_at       timestamptz not null default clock_timestamp(),
    made_by       text        not null constraint sender_token_is_signed check (btrim(made_by) <> ''),
    revoked_at    timestamptz,
    revoked_by    text,
    revoked_why   text        constraint sender_token_revoked_says_why check (btrim(revoked_why) <> ''),
    constraint sender_token_end_is_signed check (num_nonnulls(revoked_at, revoked_by, revoked_why) in (0, 3))
);
comment on table access.sender_token is '送信元のトークン: what upstream systems show at the HTTP intake. Producers have no database: a consuming role writes those that are not revoked down for them (docs/decisions/0022).';
comment on column access.sender_token.name is 'The sender: deliveries come from http:NAME. Two tokens may bear one name, so that a new one is in use before the old one goes.';
comment on column access.sender_token.topics is 'Slugs; * alone for all.';
comment on column access.sender_token.valid_through is 'The last day it is good for; null: until it is revoked.';
comment on column access.sender_token.form is 'The form it was asked for with: sent twice, a form issues one token.';

create function access.issue_token(name text, sha256 text, topics text[], valid_through date, form uuid, today date, why text, actor text) returns bigint
language plpgsql as $$
declare
    made bigint;
begin
    if valid_through < today then
        raise exception '% is over', valid_through using errcode = 'restrict_violation', constraint = 'sender_token_is_ahead';
    end if;
    insert into access.sender_token (name, sha256, topics, valid_through, form, why, made_by)
    values (name, sha256, topics, valid_through, form, why, actor) returning id into made;
    perform audit.record(actor, 'sender_token.issued', 'sender_token', made::text, null,
                         jsonb_build_object('name', name, 'topics', topics, 'valid_through', valid_through), why);
    return made;
end $$;
comment on function access.issue_token is 'A token for an upstream system. Only its hash comes here.';

create function access.revoke_token(id bigint, why text, actor text) returns void language plpgsql as $$
declare
    gone access.sender_token;
begin
    update access.sender_token t set revoked_at = clock_timestamp(), revoked_by = actor, revoked_why = revoke_token.why
     where t.id = revoke_token.id and t.revoked_at is null
    returning * into gone;
    if gone.id is null then
        raise exception 'there is no token % that counts', id using errcode = 'restrict_violation', constraint = 'sender_token_counts';
    end if;
    perform audit.record(actor, 'sender_token.revoked', 'sender_token', id::text,
                         jsonb_build_object('name', gone.name, 'topics', gone.topics, 'valid_through', gone.valid_through), null, why);
end $$;
comment on function access.revoke_token is 'Ends a token: whoever shows it is a stranger from the next reading of the list.';

create function access.may_enter(login text) returns boolean language sql stable as $$
    select coalesce((select a.disabled_at is null and (a.origin = 'local' or ledger.account_may_act(a.login_id, (now() at time zone 'Asia/Tokyo')::date))
                       from access.account a where lower(a.login_id) = lower(login)), false)
$$;
comment on function access.may_enter is 'Whether an account may enter now: not disabled here, and if it is of the portal not there either.';

-- The last administrator would lock everybody out.
create function access.keep_an_administrator() returns trigger language plpgsql as $$
begin
    if not exists (select from access.permission p join access.account a using (login_id)
                    where p.role = 'administrator' and p.topic is null and p.ended_at is null and a.disabled_at is null)
       and exists (select from access.permission p where p.role = 'administrator') then
        raise exception 'the last administrator cannot go' using errcode = 'check_violation', constraint = 'access_has_an_administrator';
    end if;
    return null;
end $$;
create trigger permission_keeps_an_administrator after update on access.permission
    for each statement execute function access.keep_an_administrator();
create trigger account_keeps_an_administrator after update of disabled_at on access.account
    for each statement execute function access.keep_an_administrator();

create function access.refuse_deletion() returns trigger language plpgsql as $$
begin
    raise exception 'rows of %.% are never deleted', tg_table_schema, tg_table_name using errcode = 'restrict_violation', constraint = 'access_is_kept';
end $$;
create trigger account_is_kept before delete or truncate on access.account for each statement execute function access.refuse_deletion();
create trigger permission_is_kept before delete or truncate on access.permission for each statement execute function access.refuse_deletion();
create trigger sender_token_is_kept before delete or truncate on access.sender_token for each statement execute function access.refuse_deletion();

create function access.refuse_other_token() returns trigger language plpgsql as $$
begin
    raise exception 'a token stays what it was issued as' using errcode = 'restrict_violation', constraint = 'sender_token_stays';
end $$;
create trigger sender_token_stays before update of id, name, sha256, topics, valid_through, form, why, made_at, made_by on access.sender_token
    for each statement execute function access.refuse_other_token();
