-- Who may do what in the accounting system: login ids (21) as the staff portal states them, bound to staff (02, 03).
--
-- An account is never removed and its login id never given to another person: slips name it for ever. What a portal calls
-- deletion disables it. Whoever asks whether somebody may act asks ledger.account_may_act, which also knows who has left.

create table ledger.user_account (
    login_id        text        constraint user_account_pk primary key
                    constraint user_account_login_has_its_shape check (login_id ~ '^[A-Za-z0-9._-]{3,64}$'),
    staff_no        text        not null references ledger.staff,
    display_name    text        not null,
    family_name     text        not null,
    given_name      text        not null,
    title           text,
    mail            text,
    department      text,
    cost_center     text,
    concurrent      text[]      not null default '{}',
    active          boolean     not null,
    disabled_since  timestamptz,
    valid_from      date        not null default date '0001-01-01',
    valid_to        date        not null default date '9999-12-31',
    version         bigint      not null,
    last_modified   timestamptz not null,
    content         jsonb       not null,
    source          text        not null,
    replaced_by     text,
    batch_id        bigint      not null,
    line            bigint      not null,
    constraint user_account_validity_is_forward check (valid_from <= valid_to),
    constraint user_account_tells_since_when check (active = (disabled_since is null)),
    constraint user_account_replaced_is_disabled check (replaced_by is null or not active)
);
comment on table ledger.user_account is 'ログインID: one row for each login id there ever was. A person has one that is not replaced.';
comment on column ledger.user_account.department is '所属 the portal states; null in accounts that were disabled before anything was known of them.';
comment on column ledger.user_account.concurrent is '兼務所属';
comment on column ledger.user_account.disabled_since is 'From this moment sessions of the account are over; null while it is active.';
comment on column ledger.user_account.version is 'Version of the portal. Where it states none, the time of the change in milliseconds: an older one never overwrites.';
comment on column ledger.user_account.content is 'What the version says, in one form, so that the same version with another content is noticed.';
comment on column ledger.user_account.source is 'The layout it came in.';
comment on column ledger.user_account.replaced_by is 'The login id the same person has now. This one stays, so that nobody else gets it.';
create unique index user_account_login_is_unique_ignoring_case on ledger.user_account (lower(login_id));
create unique index user_account_is_the_only_one_of_a_person on ledger.user_account (staff_no) where replaced_by is null;
create index user_account_by_batch on ledger.user_account (batch_id);

create table ledger.account_role (
    login_id     text not null references ledger.user_account,
    organization text not null,
    role         text not null constraint account_role_is_known
                 check (role in ('draft', 'approve', 'examine', 'cashier', 'read', 'admin')),
    constraint account_role_pk primary key (login_id, organization, role)
);
comment on table ledger.account_role is '役割 per 所属: 起票 draft, 承認 approve, 審査 examine, 出納 cashier, 参照 read, 管理 admin. What is held now; how it came about is in account_change.';
-- 起票 and 審査 of one 所属 in one hand would make the examination worthless.
create unique index account_drafts_or_examines on ledger.account_role (login_id, organization) where role in ('draft', 'examine');
create index account_role_by_organization on ledger.account_role (organization, role);

create table ledger.account_change (
    id         bigint generated always as identity constraint account_change_pk primary key,
    batch_id   bigint,
    line       bigint,
    event      text        not null default 'ACCOUNT_CHANGE',
    login_id   text        not null,
    staff_no   text        not null,
    version    bigint      not null,
    change     text        not null constraint account_change_is_known
               check (change in ('created', 'changed', 'renamed', 'enabled', 'disabled', 'confirmed', 'locked')),
    before     jsonb,
    after      jsonb       not null,
    changed_at timestamptz not null default clock_timestamp(),
    actor      text        not null
);
comment on table ledger.account_change is '利用者の変更履歴, append-only: every version that was taken in. confirmed: it said nothing new. locked: disabled here because the person is not in service; it belongs to no batch.';
create index account_change_by_batch on ledger.account_change (batch_id);
create index account_change_by_staff on ledger.account_change (staff_no, id);
create trigger account_change_is_append_only before update or delete or truncate on ledger.account_change
    for each statement execute function ledger.refuse_change();

create table ledger.account_orphan (
    login_id   text        not null references ledger.user_account,
    noticed_on date        not null,
    locked_at  timestamptz,
    constraint account_orphan_pk primary key (login_id, noticed_on)
);
comment on table ledger.account_orphan is 'Active accounts of people who are not in service, as noticed day by day; each is told once a day.';

create function ledger.in_service(staff_no text, day date) returns boolean
language sql stable parallel safe as $$
    select coalesce((select day between s.hired and coalesce(s.left_on, date '9999-12-31') from ledger.staff s where s.staff_no = in_service.staff_no), false)
$$;
comment on function ledger.in_service is '在職: hired and not left on that day. Leave (休職) is service.';

create function ledger.account_may_act(login text, day date) returns boolean
language sql stable parallel safe as $$
    select coalesce((select a.active and day between a.valid_from and a.valid_to and ledger.in_service(a.staff_no, day)
                       from ledger.user_account a where lower(a.login_id) = lower(login)), false)
$$;
comment on function ledger.account_may_act is 'Whether the account of a login id may act on a day: active, within its validity, its person in service. False for a login id nobody has.';

create function ledger.account_may(login text, organization text, role text, day date) returns boolean
language sql stable parallel safe as $$
    select ledger.account_may_act(login, day)
       and exists (select from ledger.account_role r join ledger.user_account a using (login_id)
                    where lower(a.login_id) = lower(login) and r.organization = account_may.organization and r.role = account_may.role)
$$;
comment on function ledger.account_may is 'Whether the account may act in a role for an organization on a day.';

create view ledger.orphaned_account as
select a.login_id, a.staff_no, a.display_name, a.department, s.status, s.left_on
  from ledger.user_account a join ledger.staff s using (staff_no)
 where a.active and not ledger.in_service(a.staff_no, (now() at time zone 'Asia/Tokyo')::date);
comment on view ledger.orphaned_account is 'Active accounts whose person is not in service today. They may not act; the portal has to disable them.';
