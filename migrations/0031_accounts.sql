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
 where a.active and not ledger.in_service(a.staff_no, greatest((now() at time zone 'Asia/Tokyo')::date, a.valid_from));
comment on view ledger.orphaned_account is 'Active accounts whose person is not in service today, or on the first day of an account prepared for a day to come. They may not act; the portal has to disable them.';

-- ── What a file says ────────────────────────────────────────────────────────────────────────────────────────────────

create type ledger.account_row as (
    line bigint, staff_no text, employee_no text, login_id text, display_name text, family_name text, given_name text, title text,
    mail text, department text, cost_center text, concurrent text[], roles text[], unclear text[], active boolean,
    valid_from date, valid_to date, version bigint, last_modified timestamptz, content jsonb
);
comment on type ledger.account_row is 'One version of an account, whatever shape it came in. roles: 所属:role, sorted. unclear: parts of the cells 兼務所属 and 役割 that cannot be understood.';

create function ledger.account_role_word(word text) returns text
language sql immutable parallel safe as $$
    select case word when '起票' then 'draft' when '承認' then 'approve' when '審査' then 'examine' when '出納' then 'cashier'
                     when '参照' then 'read' when '管理' then 'admin' else (regexp_match(word, '^(draft|approve|examine|cashier|read|admin)$'))[1] end
$$;
comment on function ledger.account_role_word is '役割 as files write it, in Japanese or English, as ledger.account_role keeps it.';

create function ledger.stated_accounts() returns setof ledger.account_row
language plpgsql volatile as $$
begin
    -- The temp tables of the batch: SCIM nests what CSV has in cells separated by semicolons.
    return query
    with department as (
        select a.line, coalesce(a.department, e.department) as department
          from staged_account a left join staged_enterprise e on e.line = a.line
    ), role_cell as (
        select r.line, coalesce(r.department, d.department) as organization, r.value as word, r.value as cell
          from staged_role r join department d on d.line = r.line
        union all
        select a.line, case when cell ~ ':' then split_part(cell, ':', 1) else a.department end,
               -- All behind the first colon: of 12030000:起票:審査 no part is dropped, it is unclear.
               case when cell ~ ':' then substr(cell, strpos(cell, ':') + 1) else cell end, cell
          from staged_account a cross join lateral unnest(string_to_array(a.roles, ';')) cell
    ), role as (
        select c.line, c.organization || ':' || ledger.account_role_word(c.word) as role, c.cell,
               c.organization ~ '^[0-9]{8}$' and ledger.account_role_word(c.word) is not null as clear
          from role_cell c
    ), roles as (
        select r.line, array_agg(distinct r.role order by r.role) filter (where r.clear) as roles,
               array_agg(r.cell order by r.cell) filter (where not r.clear) as unclear
          from role r group by r.line
    ), concurrent_cell as (
        select c.line, c.value as code from staged_concurrent c
        union all
        select a.line, cell from staged_account a cross join lateral unnest(string_to_array(a.concurrents, ';')) cell
    ), concurrents as (
        select c.line, array_agg(distinct c.code order by c.code) filter (where c.code ~ '^[0-9]{8}$') as codes,
               array_agg(c.code order by c.code) filter (where c.code !~ '^[0-9]{8}$') as unclear
          from concurrent_cell c group by c.line
    ), mail as (
        -- The primary one, else the first.
        select distinct on (m.line) m.line, m.value from staged_email m
         order by m.line, m.is_primary is not distinct from 'true' desc, m.sub
    ), stated as (
        select a.line, a.staff_no, coalesce(a.employee_no, e.employee_no) as employee_no, a.login_id, a.display_name,
               coalesce(a.family_name, n.family_name) as family_name, coalesce(a.given_name, n.given_name) as given_name, a.title,
               coalesce(a.mail, m.value) as mail, coalesce(a.department, e.department) as department,
               coalesce(a.cost_center, e.cost_center) as cost_center, coalesce(c.codes, '{}') as concurrent, coalesce(r.roles, '{}') as roles,
               coalesce(r.unclear, '{}') || coalesce(c.unclear, '{}') as unclear, a.active in ('1', 'true') as active,
               coalesce(a.valid_from, x.valid_from, date '0001-01-01') as valid_from,
               coalesce(a.valid_to, x.valid_to, date '9999-12-31') as valid_to,
               coalesce(a.stated_version, substring(t.version from '^(?:W/)?"?([0-9]{1,18})"?$')::bigint) as stated_version,
               coalesce(a.modified_at, t.modified_at, b.received_at) as last_modified
          from staged_account a
         cross join batch b
          left join staged_name n on n.line = a.line
          left join staged_enterprise e on e.line = a.line
          left join staged_extension x on x.line = a.line
          left join staged_meta t on t.line = a.line
          left join mail m on m.line = a.line
          left join roles r on r.line = a.line
          left join concurrents c on c.line = a.line
    )
    select s.line, s.staff_no, s.employee_no, s.login_id, s.display_name, s.family_name, s.given_name, s.title, s.mail, s.department,
           s.cost_center, s.concurrent, s.roles, s.unclear, s.active, s.valid_from, s.valid_to,
           coalesce(s.stated_version, (extract(epoch from s.last_modified) * 1000)::bigint), s.last_modified,
           jsonb_build_object('login_id', lower(s.login_id), 'display_name', s.display_name, 'family_name', s.family_name,
                              'given_name', s.given_name, 'title', s.title, 'mail', s.mail, 'department', s.department,
                              'cost_center', s.cost_center, 'concurrent', s.concurrent, 'roles', s.roles, 'active', s.active,
                              'valid_from', s.valid_from, 'valid_to', s.valid_to)
      from stated s;
end $$;
comment on function ledger.stated_accounts is 'The accounts of the batch being checked or posted, in one shape. A version nobody states is the time of the change in milliseconds.';

create function ledger.post_accounts() returns void
language plpgsql volatile as $$
begin
    -- Each version in its order; the last one of a person is what holds. A login id keeps the spelling it was given first.
    -- What disables comes last among equals, and where it is late it comes last of all.
    create temp table account_version on commit drop as
    with stated as materialized (
        select s.* from ledger.stated_accounts() s
    )
    select s.*,
           -- Who is disabled under a login id that is somebody else's keeps his own.
           case when not s.active and a.login_id is not null
                     and (own.staff_no <> s.staff_no or exists (select from stated o where lower(o.login_id) = lower(s.login_id) and o.staff_no <> s.staff_no))
                then a.login_id else coalesce(own.login_id, s.login_id) end as login,
           lead(s.line) over versions is null as last, coalesce(lag(s.content) over versions, a.content) as before
      from stated s
      left join ledger.user_account a on a.staff_no = s.staff_no and a.replaced_by is null
      left join ledger.user_account own on lower(own.login_id) = lower(s.login_id)
    window versions as (partition by s.staff_no order by (not s.active and coalesce(s.version < a.version, false)), s.version, s.active desc, s.line);

    update ledger.user_account a
       set replaced_by = v.login, active = false, disabled_since = coalesce(a.disabled_since, clock_timestamp())
      from account_version v
     where v.last and a.staff_no = v.staff_no and a.replaced_by is null and a.login_id <> v.login;

    insert into ledger.user_account as a
          (login_id, staff_no, display_name, family_name, given_name, title, mail, department, cost_center, concurrent, active, disabled_since,
           valid_from, valid_to, version, last_modified, content, source, batch_id, line)
    select v.login, v.staff_no, v.display_name, v.family_name, v.given_name, v.title, v.mail, v.department, v.cost_center, v.concurrent,
           v.active, case when not v.active then clock_timestamp() end, v.valid_from,
           -- A row that disables is not asked about its days.
           case when v.active then v.valid_to else greatest(v.valid_to, v.valid_from) end, v.version, v.last_modified, v.content,
           b.layout, b.id, v.line
      from account_version v cross join batch b
     where v.last
        on conflict (login_id) do update
       set display_name = excluded.display_name, family_name = excluded.family_name, given_name = excluded.given_name, title = excluded.title,
           mail = excluded.mail, department = excluded.department, cost_center = excluded.cost_center, concurrent = excluded.concurrent,
           active = excluded.active,
           disabled_since = case when excluded.active then null else coalesce(a.disabled_since, excluded.disabled_since) end,
           valid_from = excluded.valid_from, valid_to = excluded.valid_to, version = greatest(a.version, excluded.version), last_modified = excluded.last_modified,
           content = excluded.content, source = excluded.source, replaced_by = null, batch_id = excluded.batch_id, line = excluded.line;

    -- Who is disabled holds nothing; what he held is in the history.
    delete from ledger.account_role r using ledger.user_account a, account_version v
     where v.last and a.staff_no = v.staff_no and r.login_id = a.login_id;
    insert into ledger.account_role (login_id, organization, role)
    select v.login, split_part(role, ':', 1), split_part(role, ':', 2)
      from account_version v cross join lateral unnest(v.roles) role where v.last and v.active;

    insert into ledger.account_change (batch_id, line, login_id, staff_no, version, change, before, after, actor)
    select b.id, v.line, v.login, v.staff_no, v.version,
           case when v.before is null then 'created'
                when v.before = v.content then 'confirmed'
                when (v.before ->> 'active')::boolean and not v.active then 'disabled'
                when v.active and not (v.before ->> 'active')::boolean then 'enabled'
                when v.before ->> 'login_id' <> v.content ->> 'login_id' then 'renamed'
                else 'changed' end,
           v.before, v.content, b.actor
      from account_version v cross join batch b order by v.line;
end $$;
comment on function ledger.post_accounts is 'The accounts of the batch into the ledger; leaves the temp table account_version.';

-- ── Nightly reconcile ───────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.notice_orphans(lock boolean, who text)
returns table (login_id text, staff_no text, locked boolean)
language plpgsql volatile as $$
declare today date := (now() at time zone 'Asia/Tokyo')::date;
begin
    return query
    with orphan as (
        select a.login_id, a.staff_no, a.version, a.content from ledger.user_account a
         where a.active and a.login_id in (select o.login_id from ledger.orphaned_account o) order by a.login_id for update
    ), news as (
        insert into ledger.account_orphan as k (login_id, noticed_on, locked_at)
        select o.login_id, today, case when lock then clock_timestamp() end from orphan o
            on conflict on constraint account_orphan_pk do update set locked_at = excluded.locked_at
               where k.locked_at is null and excluded.locked_at is not null
        returning k.login_id
    ), disabled as (
        update ledger.user_account a
           set active = false, disabled_since = clock_timestamp(), content = a.content || '{"active": false}'
          from orphan o where lock and a.login_id = o.login_id
        returning a.login_id, a.staff_no, a.version, o.content as before, a.content as after
    ), history as (
        insert into ledger.account_change (login_id, staff_no, version, change, before, after, actor)
        select d.login_id, d.staff_no, d.version, 'locked', d.before, d.after, who from disabled d
    ), dropped as (
        delete from ledger.account_role r using orphan o where lock and r.login_id = o.login_id
    )
    select o.login_id, o.staff_no, lock from orphan o join news n on n.login_id = o.login_id;
end $$;
comment on function ledger.notice_orphans is 'Notices active accounts of people who are not in service; gives those not noticed before today, or locked now. With lock they are disabled, which is told by their history.';
