-- Organizations through reforms (機構改革) and the people who work in them: ward staff (02) and teachers (03).
--
-- Nothing here rewrites history. A version of an organization ends and another begins; what was booked under the old code stays
-- booked there, and whoever asks which organization carries it now follows the successor map (ledger.organization_on).

-- ── Organizations ───────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.code_number(code text) returns bigint
language sql immutable strict parallel safe as $$
    select ('x' || rpad(encode(convert_to(code, 'UTF8'), 'hex'), 16, '0'))::bit(64)::bigint
$$;
comment on function ledger.code_number is 'A code of at most eight ASCII characters as a number, in the same order: what an exclusion constraint compares without an extension.';

alter table ledger.organization
    add constraint organization_has_one_version_a_day exclude using gist
        (int8range(ledger.code_number(code), ledger.code_number(code), '[]') with &&, daterange(valid_from, valid_to, '[]') with &&);

create table ledger.organization_successor (
    predecessor text not null,
    successor   text not null,
    effective   date not null,
    reason      text not null constraint organization_successor_reason_is_known
                check (reason in ('renamed', 'merged', 'split', 'moved')),
    batch_id    bigint,
    line        bigint,
    constraint organization_successor_pk primary key (predecessor, effective, successor),
    constraint organization_successor_is_another check (predecessor <> successor)
);
comment on table ledger.organization_successor is '継承表: which organization took over from which, from when. One successor carries the open items of its predecessor; where there are several, nobody but a person can say which.';
comment on column ledger.organization_successor.effective is 'First day of the successor.';
-- A split names several; whatever else closes an organization names the one that goes on.
create unique index organization_has_one_successor on ledger.organization_successor (predecessor, effective) where reason <> 'split';

create table ledger.organization_carrier (
    id           bigint generated always as identity constraint organization_carrier_pk primary key,
    organization text        not null,
    effective    date        not null,
    carrier      text        not null,
    reason       text        not null constraint organization_carrier_says_why check (btrim(reason) <> ''),
    said_by      text        not null constraint organization_carrier_names_its_author check (said_by <> ''),
    said_at      timestamptz not null default clock_timestamp(),
    constraint organization_carrier_is_another check (organization <> carrier)
);
comment on table ledger.organization_carrier is '未了の引継ぎ先: which organization carries the open items of one that was split or abolished, as a person said. The last word counts; nothing that was booked is touched.';
comment on column ledger.organization_carrier.effective is 'The first day without the organization: what was said of one end does not hold for a later one.';
create index organization_carrier_by_organization on ledger.organization_carrier (organization, effective, id);
create trigger organization_carrier_is_append_only before update or delete or truncate on ledger.organization_carrier
    for each statement execute function ledger.refuse_change();

create table ledger.organization_change (
    id           bigint generated always as identity constraint organization_change_pk primary key,
    batch_id     bigint not null,
    line         bigint,
    organization text   not null,
    change       text   not null constraint organization_change_is_known
                 check (change in ('opened', 'renamed', 'merged', 'split', 'moved', 'abolished', 'continued', 'corrected', 'ended', 'cancelled')),
    effective    date   not null,
    before       jsonb,
    after        jsonb
);
comment on table ledger.organization_change is '機構改革の履歴: what each file changed, append-only. before is the version that was ended or corrected, after the one that was opened.';
comment on column ledger.organization_change.effective is 'First day of the new state; of an end, the first day without it.';
create index organization_change_by_batch on ledger.organization_change (batch_id);
create trigger organization_change_is_append_only before update or delete or truncate on ledger.organization_change
    for each statement execute function ledger.refuse_change();

-- ── Schools ─────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.school (
    code         text constraint school_pk primary key
                 constraint school_code_has_its_shape check (code ~ '^[A-H][0-9][0-9]{2}[1-3][0-9]{8}$'),
    name         text not null,
    organization text not null,
    facility     text references ledger.facility
);
comment on table ledger.school is '学校: the ministry''s school code (種別 2, 都道府県 2, 設置者 1, 番号 7, 検査数字 1), and where the ward books what the school spends.';

-- ── Staff ───────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.staff (
    staff_no        text constraint staff_pk primary key constraint staff_no_is_plain check (staff_no ~ '^[0-9A-Z]{1,8}$'),
    name            text not null,
    kana            text not null,
    former_name     text,
    staff_type      text not null constraint staff_type_is_known check (staff_type in ('01', '02', '03', '04', '05', '06', '07')),
    status          text not null constraint staff_status_is_known check (status in ('in_service', 'on_leave', 'retired')),
    status_since    date not null,
    hired           date not null,
    left_on         date,
    mail            text,
    pay_budget_line text,
    school_code     text references ledger.school,
    cost_bearer     text constraint staff_cost_bearer_is_known check (cost_bearer in ('1', '2', '3')),
    duty            text,
    can_execute     boolean,
    batch_id        bigint,
    line            bigint,
    space           text not null generated always as (case when staff_no like 'K%' then 'teacher' else 'ward' end) stored,
    constraint staff_leaves_after_being_hired check (left_on is null or left_on >= hired),
    constraint staff_retired_has_a_last_day check ((status = 'retired') = (left_on is not null)),
    constraint staff_teacher_has_a_school check ((staff_no like 'K%') = (school_code is not null)),
    constraint staff_executes_by_duty check (can_execute is not true or duty in ('01', '02', '06'))
);
comment on table ledger.staff is '職員・教職員: one row a person, who keeps the number for ever; numbers of teachers begin with K. Where they work is in staff_posting, how it came about in staff_change.';
comment on column ledger.staff.status_since is 'First day of the status: an order may be known before its day. Of a retirement, the day after left_on.';
comment on column ledger.staff.left_on is '退職年月日, the last day in service; null while there is none. A day to come means still in service.';
comment on column ledger.staff.pay_budget_line is '支出科目 of the pay: 会計 2, 款 2, 項 2, 目 2.';
comment on column ledger.staff.cost_bearer is '費用負担区分 of teachers: 1 都費, 2 区費, 3 会計年度任用(区費).';
comment on column ledger.staff.can_execute is '予算執行権限 over the budget delegated to the school; null for ward staff, whose rights are those of their account.';

create function ledger.person_days(staff_no text, valid_from date, valid_to date) returns box
language plpgsql immutable strict parallel safe as $$
declare
    n bigint := ledger.code_number(staff_no);
    -- Six bits tell 0-9 and A-Z apart, and eight of them are exact in a double.
    x float8 := ((((n >> 56) & 63) << 42) | (((n >> 48) & 63) << 36) | (((n >> 40) & 63) << 30) | (((n >> 32) & 63) << 24)
                 | (((n >> 24) & 63) << 18) | (((n >> 16) & 63) << 12) | (((n >> 8) & 63) << 6) | (((n >> 0) & 63) << 0))::float8;
begin
    return box(point(x, valid_from - date '0001-01-01'), point(x, valid_to - date '0001-01-01'));
end $$;
comment on function ledger.person_days is 'The days of a post as a line over the place of the person: an index of boxes takes in fifty thousand posts in a fifth of the time that one of two ranges needs.';

create type ledger.post_ending as (batch bigint, was_to date);
comment on type ledger.post_ending is 'The file that moved the last day of a post, and the last day it had until then.';

create table ledger.staff_posting (
    id           bigint generated always as identity constraint staff_posting_pk primary key,
    staff_no     text not null references ledger.staff,
    organization text not null,
    post_kind    text not null constraint staff_posting_kind_is_known check (post_kind in ('main', 'concurrent')),
    rank         text not null constraint staff_posting_rank_is_known check (rank in ('10', '20', '30', '40', '50', '90')),
    title        text,
    valid_from   date not null,
    valid_to     date not null default date '9999-12-31',
    batch_id     bigint,
    line         bigint,
    ended_batch  bigint,
    endings      ledger.post_ending[] not null default '{}',
    constraint staff_posting_validity_is_forward check (valid_from <= valid_to),
    constraint staff_has_one_main_post_a_day
        exclude using gist (ledger.person_days(staff_no, valid_from, valid_to) with &&) where (post_kind = 'main'),
    constraint staff_has_a_concurrent_post_once
        exclude using gist (int8range(ledger.code_number(staff_no), ledger.code_number(staff_no), '[]') with &&, int8range(ledger.code_number(organization), ledger.code_number(organization), '[]') with &&,
                            daterange(valid_from, valid_to, '[]') with &&) where (post_kind = 'concurrent')
);
comment on table ledger.staff_posting is '発令による所属: a version per validity period. Exactly one 本務 a person and day, any number of 兼務.';
comment on column ledger.staff_posting.ended_batch is 'The file that ended it last.';
comment on column ledger.staff_posting.endings is 'Every file that moved its last day, in order: a post that ends with an announced retirement may end before by a transfer, and cancelling gives back one step at a time.';
create index staff_posting_by_ended_batch on ledger.staff_posting (ended_batch);
create index staff_posting_by_staff on ledger.staff_posting (staff_no, valid_from);
create index staff_posting_by_organization on ledger.staff_posting (organization, valid_from);
create index staff_posting_that_decides on ledger.staff_posting (organization, staff_no) where rank in ('10', '20', '30');
create index staff_posting_by_batch on ledger.staff_posting (batch_id);

create table ledger.staff_change (
    id        bigint generated always as identity constraint staff_change_pk primary key,
    batch_id  bigint not null,
    line      bigint not null,
    staff_no  text   not null,
    action    text   not null constraint staff_change_is_known
              check (action in ('hired', 'transferred', 'renamed', 'leave', 'returned', 'retired', 'concurrent', 'concurrent_ended', 'listed')),
    effective date   not null,
    organization text not null,
    post_kind text   not null,
    stated    jsonb  not null,
    before    jsonb,
    cancelled_at timestamptz
);
comment on table ledger.staff_change is '職員異動の履歴: what each row of a file said (stated), and the person as he stood before (null: was not known). It outlives a person whose hire was cancelled, so it refers to none.';
comment on column ledger.staff_change.cancelled_at is 'When the batch was cancelled; frees the natural key so that the file can come again.';
create unique index staff_change_natural_key on ledger.staff_change (staff_no, effective, organization, post_kind, action) where cancelled_at is null and action <> 'listed';
create index staff_change_by_batch on ledger.staff_change (batch_id);

create table ledger.reassignment_task (
    id           bigint generated always as identity constraint reassignment_task_pk primary key,
    staff_no     text   not null references ledger.staff,
    organization text   not null,
    cause        text   not null constraint reassignment_cause_is_known check (cause in ('transferred', 'leave', 'retired', 'concurrent_ended')),
    effective    date   not null,
    batch_id     bigint not null,
    line         bigint not null,
    constraint reassignment_task_is_unique unique (staff_no, organization, effective, cause)
);
comment on table ledger.reassignment_task is '引継ぎ: who leaves a post from which day. Shown to operators while drafts wait that he made or is the only one to approve (0032_handover.sql).';
create index reassignment_task_by_batch on ledger.reassignment_task (batch_id);

-- ── Who carries an organization's items ─────────────────────────────────────────────────────────────────────────────

create function ledger.organization_on(code text, day date) returns text
language plpgsql stable as $$
declare
    at    text := code;
    since date := '-infinity';
    heirs text[];
    begun date;
begin
    loop
        if exists (select from ledger.organization o where o.code = at and day between o.valid_from and o.valid_to) then
            return at;
        end if;
        select s.effective, array_agg(s.successor) into begun, heirs
          from ledger.organization_successor s
         where s.predecessor = at and s.effective > since and s.effective <= day
         group by s.effective order by s.effective desc limit 1;
        if cardinality(heirs) = 1 then
            at := heirs[1];
        else
            -- Split, or ended without a successor: whoever a person named.
            select c.carrier, c.effective into at, begun
              from ledger.organization_carrier c
             where c.organization = at and c.effective > since and c.effective <= day and c.effective = coalesce(begun, c.effective)
               and exists (select from ledger.organization o where o.code = c.organization and o.valid_to = c.effective - 1)
             order by c.effective desc, c.id desc limit 1;
            if not found then
                return null;
            end if;
        end if;
        -- Each step goes forward in time, so that the walk ends even where A became B and B became A again.
        since := begun;
    end loop;
end $$;
comment on function ledger.organization_on is 'The organization that carries the items of this one on a day: itself while it is valid, else its only successor or the one a person named (organization_carrier), and so on. Null where it ended without a successor or was split, and nobody has said.';

create function ledger.name_carrier(code text, carrier text, reason text, who text, today date) returns date
language plpgsql as $$
declare
    since date;
    heirs text[];
    said_before text;
begin
    -- Two people who name a carrier at once: the second sees what the first said.
    perform pg_advisory_xact_lock(hashtextextended('ledger.organization_carrier', 0));
    select max(o.valid_to) + 1 into since from ledger.organization o where o.code = name_carrier.code and o.valid_from <= today;
    if since is null then
        raise exception 'CARRIER_ORGANIZATION_UNKNOWN' using errcode = 'RK031', detail = json_build_object('code', code);
    end if;
    if since > today then
        raise exception 'CARRIER_NOT_NEEDED' using errcode = 'RK031', detail = json_build_object('code', code, 'day', since - 1);
    end if;
    select array_agg(s.successor order by s.successor) into heirs from ledger.organization_successor s where (s.predecessor, s.effective) = (code, since);
    if cardinality(heirs) = 1 then
        raise exception 'CARRIER_IS_SUCCESSOR' using errcode = 'RK031', detail = json_build_object('code', code, 'successor', heirs[1]);
    end if;
    if heirs is not null and carrier <> all (heirs) then
        raise exception 'CARRIER_NOT_OF_THE_SPLIT' using errcode = 'RK031',
            detail = json_build_object('code', code, 'carrier', carrier, 'heirs', array_to_string(heirs, ', '));
    end if;
    if ledger.organization_on(carrier, today) is null then
        raise exception 'CARRIER_NOT_THERE' using errcode = 'RK031', detail = json_build_object('carrier', carrier, 'day', today);
    end if;
    said_before := (select c.carrier from ledger.organization_carrier c where c.organization = code and c.effective = since order by c.id desc limit 1);
    insert into ledger.organization_carrier (organization, effective, carrier, reason, said_by)
    values (name_carrier.code, since, name_carrier.carrier, name_carrier.reason, who);
    perform audit.record(who, 'organization.carrier', 'organization', code, jsonb_build_object('carrier', said_before),
                         jsonb_build_object('carrier', carrier, 'effective', since), reason);
    return since;
end $$;
comment on function ledger.name_carrier is 'Says who carries the open items of an organization that was split or abolished; of a split, one of those it became. Gives the first day without the organization.';

create view ledger.open_item as
select 'commitment' as kind, c.no as object, c.organization, c.fiscal_year, ledger.commitment_remaining(c.no) as yen
  from ledger.commitment c where c.state <> 'cancelled'
union all
select case p.state when 'draft' then 'draft' else 'unpaid' end, p.no, p.organization, p.fiscal_year, p.amount
  from ledger.payment_order p where p.state not in ('paid', 'cancelled')
   -- What came back and is being paid once more is open once.
   and not (p.state = 'returned' and exists (select from ledger.payment_order r where r.repays = p.id and r.state <> 'cancelled'))
union all
select 'uncollected', r.assessment_no, r.organization, r.fiscal_year, r.unpaid
  from ledger.receivable r;
comment on view ledger.open_item is '未了: what an organization has not finished: commitments (負担行為残), drafts (決裁途中), unpaid orders (未払), receivables (収入未済). Budgets are kept by 科目, not by organization, and stay where they are.';

create function ledger.open_items_of(codes text[], day date) returns table (organization text, kind text, count bigint, yen bigint)
language sql stable as $$
    select i.organization, i.kind, count(*), sum(i.yen)::bigint
      from ledger.open_item i
     -- Where no organization has ended nothing is read.
     where cardinality(codes) > 0 and i.organization = any (codes) and i.yen <> 0
       -- What was committed in a closed year and not ordered has lapsed (不用額).
       and (i.kind <> 'commitment' or day <= make_date(i.fiscal_year + 1, 5, 31))
     group by i.organization, i.kind
$$;
comment on function ledger.open_items_of is 'Open items of some organizations on a day, counted and summed by kind.';

create function ledger.items_in_words(kinds text[], counts bigint[], yens bigint[], english boolean) returns text
language sql stable as $$
    select string_agg(case when english
               then case k when 'commitment' then 'commitments' when 'draft' then 'draft orders' when 'unpaid' then 'unpaid orders' else 'receivables' end
                    || ' ' || n || ' (' || to_char(y, 'FM999,999,999,999,999') || ' yen)'
               else case k when 'commitment' then '負担行為残' when 'draft' then '決裁途中' when 'unpaid' then '未払' else '収入未済' end
                    || n || '件' || to_char(y, 'FM999,999,999,999,999') || '円' end,
               case when english then ', ' else '、' end order by k)
      from unnest(kinds, counts, yens) x (k, n, y)
$$;
comment on function ledger.items_in_words is 'Open items as a phrase for a person.';

create view ledger.orphaned_item as
with code as (
    select distinct o.code from ledger.organization o
     where not exists (select from ledger.organization v where v.code = o.code and (now() at time zone 'Asia/Tokyo')::date between v.valid_from and v.valid_to)
       and o.valid_from <= (now() at time zone 'Asia/Tokyo')::date
)
select i.organization, (select v.name from ledger.organization v where v.code = i.organization order by v.valid_from desc limit 1) as name,
       (select max(v.valid_to) from ledger.organization v where v.code = i.organization and v.valid_from <= (now() at time zone 'Asia/Tokyo')::date) as last_day,
       i.kind, i.count, i.yen, ledger.organization_on(i.organization, (now() at time zone 'Asia/Tokyo')::date) as carried_by
  from ledger.open_items_of(array(select code from code), (now() at time zone 'Asia/Tokyo')::date) i;
comment on view ledger.orphaned_item is '廃止所属の未了: open items of organizations that have ended, and which organization carries them now. Nobody does (null) after a split or an abolition, until a person says who (organization_carrier).';

-- ── Reforms: one shape, what each row means ─────────────────────────────────────────────────────────────────────────

create type ledger.organization_row as (
    line bigint, action text, valid_from date, valid_to date, code text, parent text, level int, name text, short_name text, kana text,
    predecessor text, can_execute boolean, cashier boolean, facility text, postal text, address text, tel text, sort int
);
comment on type ledger.organization_row is 'One row of a reform file. action: 1 新設, 2 改称, 3 統合, 4 分割, 5 廃止, 6 移管, 9 全件.';

create function ledger.same_organization(o ledger.organization, r ledger.organization_row) returns boolean
language sql immutable parallel safe as $$
    select (o.name, o.short_name, o.level, o.parent, o.kana, o.can_execute, o.cashier, o.facility, o.postal, o.address, o.tel, o.sort)
           is not distinct from
           (r.name, r.short_name, r.level, r.parent, r.kana, r.can_execute, r.cashier, r.facility, r.postal, r.address, r.tel, r.sort)
$$;
comment on function ledger.same_organization is 'Whether a version says what a row says, its period aside.';

create function ledger.plan_organizations(rows ledger.organization_row[]) returns table (r ledger.organization_row, step text)
language sql stable as $$
    select r,
           case
               when r.action = '5' and not exists (select from ledger.organization o where o.code = r.code and o.valid_to >= r.valid_from)
                    and exists (select from ledger.organization o where o.code = r.code and o.valid_to = r.valid_from - 1) then 'known'
               when r.action = '5' then 'end'
               when r.action = '9' and o.code is not null and ledger.same_organization(o, r)
                    and (r.valid_to = o.valid_to or r.valid_to = date '9999-12-31') then 'known'
               when r.action = '9' and o.valid_from = r.valid_from then 'correct'
               when r.action <> '9' and o.valid_from = r.valid_from and o.valid_to = r.valid_to and ledger.same_organization(o, r)
                    and (coalesce(r.predecessor, r.code) = r.code
                         or exists (select from ledger.organization_successor s
                                     where (s.predecessor, s.effective, s.successor) = (r.predecessor, r.valid_from, r.code))) then 'known'
               else 'open'
           end
      from unnest(rows) r
      left join ledger.organization o on o.code = r.code and r.valid_from between o.valid_from and o.valid_to
$$;
comment on function ledger.plan_organizations is 'What each row of a reform file does: open a version, end one (廃止), correct one in place (全件 of the same first day), or nothing new (known).';

create function ledger.closed_by(rows ledger.organization_row[]) returns table (code text, effective date, line bigint)
language sql stable as $$
    select c.code, min(c.effective), min(c.line)
      from (select (p.r).code, (p.r).valid_from as effective, (p.r).line from ledger.plan_organizations(rows) p where p.step in ('open', 'end')
            union all
            select (p.r).predecessor, (p.r).valid_from, (p.r).line from ledger.plan_organizations(rows) p
             where p.step = 'open' and (p.r).action in ('2', '3', '4', '6')) c
     group by c.code
$$;
comment on function ledger.closed_by is 'Which organizations a reform file closes, the day before which day: what a row names as predecessor, and its own code.';

create function ledger.organizations_after(rows ledger.organization_row[])
returns table (line bigint, code text, valid_from date, valid_to date, parent text, level int, name text)
language sql stable as $$
    select null::bigint, o.code, o.valid_from, least(o.valid_to, coalesce(c.effective - 1, o.valid_to)), o.parent, o.level, o.name
      from ledger.organization o
      left join ledger.closed_by(rows) c on c.code = o.code and c.effective > o.valid_from
     where not exists (select from ledger.plan_organizations(rows) p
                        where p.step = 'correct' and (p.r).code = o.code and (p.r).valid_from = o.valid_from)
    union all
    select min((p.r).line), (p.r).code, (p.r).valid_from, (p.r).valid_to, (p.r).parent, (p.r).level, (p.r).name
      from ledger.plan_organizations(rows) p where p.step in ('open', 'correct')
     group by (p.r).code, (p.r).valid_from, (p.r).valid_to, (p.r).parent, (p.r).level, (p.r).name
$$;
comment on function ledger.organizations_after is 'All versions as they would stand after a reform file; line where the file brings them.';

create function ledger.check_organizations(rows ledger.organization_row[], today date, again boolean, drop_percent int, drop_rows int)
returns table (line bigint, verdict text, code text, field text, detail jsonb)
-- The planner takes the rows of an array for a hundred.
language plpgsql stable set enable_nestloop = off as $$
#variable_conflict use_column
begin
    return query
    with planned as materialized (
        select (p.r).*, p.step from ledger.plan_organizations(rows) p
    ), fresh as materialized (
        select * from planned where step <> 'known'
    ), closing as materialized (
        select * from ledger.closed_by(rows)
    ), after as materialized (
        select * from ledger.organizations_after(rows)
    ), ended as materialized (
        -- Closed, and not there on the day after; heirs are those that name it as predecessor.
        select c.code, c.effective, f.line,
               (select array_agg(distinct h.code) from fresh h where h.predecessor = c.code and h.code <> c.code) as heirs
          from closing c
          join fresh f on f.code = c.code and f.action = '5' or f.predecessor = c.code and f.action in ('2', '3', '4', '6')
         where not exists (select from after a where a.code = c.code and c.effective between a.valid_from and a.valid_to)
    ), open_item as materialized (
        select i.organization, sum(i.count) as count, sum(i.yen) as yen,
               ledger.items_in_words(array_agg(i.kind), array_agg(i.count), array_agg(i.yen), false) as items,
               ledger.items_in_words(array_agg(i.kind), array_agg(i.count), array_agg(i.yen), true) as items_en
          from ledger.open_items_of(array(select e.code from ended e), today) i
         group by i.organization
    ), cycle as (
        with recursive up as (
            select f.line, f.code, f.parent as at, f.valid_from as day, 1 as steps from fresh f where f.parent is not null and f.action <> '5'
            union all
            select u.line, u.code, a.parent, u.day, u.steps + 1
              from up u join after a on a.code = u.at and u.day between a.valid_from and a.valid_to
             where u.at <> u.code and u.steps < 20 and a.parent is not null
        )
        select u.line, u.code from up u where u.at = u.code
    ), missing as materialized (
        select o.code, o.name from ledger.organization o
         where not again and o.valid_from <= today and o.valid_to >= greatest(today, (select max(p.valid_from) from planned p))
           and exists (select from planned p where p.action = '9') and not exists (select from planned p where p.code = o.code)
    ), question as materialized (
        select distinct e.line, 'ORGANIZATION_OPEN_ITEMS' as code, 'code' as field,
               jsonb_build_object('value', e.code, 'items', i.items, 'items_en', i.items_en, 'effective', e.effective) as detail
          from ended e join open_item i on i.organization = e.code
         where coalesce(cardinality(e.heirs), 0) <> 1
    )
    -- The sender's to mend
    select f.line, 'reject', 'ORGANIZATION_PERIOD', 'valid_to', jsonb_build_object('value', f.valid_to, 'from', f.valid_from)
      from fresh f where f.valid_to < f.valid_from
    union all
    select f.line, 'reject', 'ORGANIZATION_LIST_MIXED', 'action', jsonb_build_object('value', f.action)
      from planned f where f.action <> '9' and exists (select from planned p where p.action = '9')
    union all
    select f.line, 'reject', 'ORGANIZATION_EXECUTES_AT_THE_TOP', 'can_execute', jsonb_build_object('value', '1', 'code', f.code)
      from fresh f where f.can_execute and f.level = 1
    union all
    select f.line, 'reject', 'ORGANIZATION_PREDECESSOR_NOT_ASKED', 'predecessor', jsonb_build_object('value', f.predecessor, 'action', f.action)
      from fresh f where f.predecessor is not null and f.action in ('1', '5')
    union all
    select f.line, 'reject', 'ORGANIZATION_PREDECESSOR_UNKNOWN', 'predecessor', jsonb_build_object('value', f.predecessor, 'day', f.valid_from - 1)
      from fresh f
     where f.action in ('2', '3', '4', '6') and f.predecessor is not null
       and not exists (select from ledger.organization o where o.code = f.predecessor and f.valid_from - 1 between o.valid_from and o.valid_to)
    union all
    select f.line, 'reject', 'ORGANIZATION_UNKNOWN_ENDS', 'code', jsonb_build_object('value', f.code, 'day', f.valid_from - 1)
      from fresh f
     where f.action = '5' and not exists (select from ledger.organization o where o.code = f.code and f.valid_from - 1 between o.valid_from and o.valid_to)
    union all
    select f.line, 'reject', 'ORGANIZATION_ROWS_DIFFER', 'code', jsonb_build_object('value', f.code, 'first', g.line)
      from fresh f join fresh g on g.code = f.code and g.valid_from = f.valid_from and g.line < f.line
     where (f.action, f.valid_to, f.name, f.short_name, f.level, f.parent, f.kana, f.can_execute, f.cashier, f.facility, f.postal, f.address, f.tel, f.sort)
           is distinct from
           (g.action, g.valid_to, g.name, g.short_name, g.level, g.parent, g.kana, g.can_execute, g.cashier, g.facility, g.postal, g.address, g.tel, g.sort)
    union all
    select f.line, 'reject', 'ORGANIZATION_OVERLAP', 'valid_from', jsonb_build_object('value', f.code, 'from', o.valid_from)
      from fresh f join after o on o.code = f.code and o.valid_from <= f.valid_to and o.valid_to >= f.valid_from
     where f.step in ('open', 'correct') and (o.line is null or o.valid_from <> f.valid_from and o.line < f.line)
    union all
    select f.line, 'reject', 'ORGANIZATION_EXISTS', 'code', jsonb_build_object('value', f.code, 'name', o.name, 'action', f.action)
      from fresh f join ledger.organization o on o.code = f.code and f.valid_from between o.valid_from and o.valid_to
     -- Of the same first day it is another saying of one version: that overlaps.
     where o.valid_from < f.valid_from and (f.action = '1' or f.action in ('2', '6') and f.predecessor <> f.code)
    union all
    select f.line, 'reject', 'ORGANIZATION_MERGE_SINGLE', 'predecessor', jsonb_build_object('value', f.predecessor, 'code', f.code)
      from fresh f
     where f.action = '3' and f.predecessor is not null
       and not exists (select from planned g where g.code = f.code and g.valid_from = f.valid_from and g.predecessor <> f.predecessor)
       -- One that takes in another and goes on itself needs one row only.
       and (f.predecessor = f.code or not exists (select from ledger.organization o where o.code = f.code and f.valid_from - 1 between o.valid_from and o.valid_to))
    union all
    select f.line, 'reject', 'ORGANIZATION_SPLIT_SINGLE', 'predecessor', jsonb_build_object('value', f.predecessor, 'code', f.code)
      from fresh f
     where f.action = '4' and not exists (select from planned g where g.predecessor = f.predecessor and g.valid_from = f.valid_from and g.code <> f.code)
    union all
    select f.line, 'reject', 'ORGANIZATION_PREDECESSOR_TWICE', 'predecessor', jsonb_build_object('value', f.predecessor, 'code', g.code, 'first', g.line)
      from fresh f join fresh g on g.predecessor = f.predecessor and g.code <> f.code and g.line < f.line
     where f.action in ('2', '3', '6') or g.action in ('2', '3', '6') and f.action <> '9' and g.action <> '9'
    union all
    select f.line, 'reject', 'ORGANIZATION_FOLLOWED_ALREADY', 'predecessor',
           jsonb_build_object('value', f.predecessor, 'code', min(s.successor), 'from', s.effective, 'batch', min(s.batch_id))
      from fresh f
      join ledger.organization_successor s on s.predecessor = f.predecessor and s.effective = f.valid_from and s.successor <> f.code
     where f.action in ('2', '3', '4', '6') and f.predecessor <> f.code and not (f.action = '4' and s.reason = 'split')
     group by f.line, f.predecessor, s.effective
    union all
    select f.line, 'reject', 'ORGANIZATION_RENAMED_FROM_TWO', 'predecessor', jsonb_build_object('value', f.predecessor, 'code', f.code, 'first', g.line)
      from fresh f join fresh g on g.code = f.code and g.valid_from = f.valid_from and g.predecessor <> f.predecessor and g.line < f.line
     where f.action in ('2', '6')
    union all
    select f.line, 'reject', 'ORGANIZATION_PARENT_MISSING', 'parent', jsonb_build_object('code', f.code, 'level', f.level)
      from fresh f where f.level > 1 and f.parent is null and f.action <> '5'
    union all
    select f.line, 'reject', 'ORGANIZATION_PARENT_AT_THE_TOP', 'parent', jsonb_build_object('value', f.parent, 'code', f.code)
      from fresh f where f.level = 1 and f.parent is not null and f.action <> '5'
    union all
    select f.line, 'reject', 'ORGANIZATION_PARENT_UNKNOWN', 'parent', jsonb_build_object('value', f.parent, 'day', f.valid_from)
      from fresh f
     where f.action <> '5' and f.parent is not null
       and not exists (select from after a where a.code = f.parent and f.valid_from between a.valid_from and a.valid_to)
    union all
    select distinct c.line, 'reject', 'ORGANIZATION_CYCLE', 'parent', jsonb_build_object('value', f.parent, 'code', c.code)
      from cycle c join fresh f using (line)
    union all
    select f.line, 'reject', 'ORGANIZATION_PARENT_LEVEL', 'parent', jsonb_build_object('value', f.parent, 'level', f.level, 'parent_level', a.level)
      from fresh f join after a on a.code = f.parent and f.valid_from between a.valid_from and a.valid_to
     where f.action <> '5' and f.level > 1 and a.level >= f.level and not exists (select from cycle c where c.line = f.line)
    union all
    select e.line, 'reject', 'ORGANIZATION_CHILD_OPEN', 'code', jsonb_build_object('value', e.code, 'day', e.effective,
               'children', string_agg(distinct a.code || ' ' || a.name, '、'))
      from ended e join after a on a.parent = e.code and e.effective between a.valid_from and a.valid_to
     group by e.line, e.code, e.effective

    -- A person must decide
    union all
    select q.line, 'hold', q.code, q.field, q.detail from question q
     where not exists (select from pg_temp.answered a where a.line = q.line and a.code = q.code)
    union all
    -- A reform takes effect as one: where a row waits, all do.
    select null, 'hold', 'ORGANIZATION_REFORM_WAITS', null, jsonb_build_object('count', count(*))
      from question q
     where not exists (select from pg_temp.answered a where a.line = q.line and a.code = q.code)
    having count(*) > 0
    union all
    select null, 'hold', 'ORGANIZATION_LIST_SHORT', null, jsonb_build_object('count', m.count, 'live', l.count, 'percent', drop_percent)
      from (select count(*) as count from missing) m, (select count(*) as count from ledger.organization o where today between o.valid_from and o.valid_to) l
     where m.count > drop_rows and m.count * 100 > l.count * drop_percent
       and not exists (select from pg_temp.answered a where a.line is null and a.code = 'ORGANIZATION_LIST_SHORT')

    -- Known, or worth saying
    union all
    select p.line, 'skip', 'ORGANIZATION_KNOWN', 'code', jsonb_build_object('value', p.code, 'from', p.valid_from) from planned p where p.step = 'known'
    union all
    select distinct e.line, 'warn', 'ORGANIZATION_ITEMS_FOLLOW', 'predecessor',
           jsonb_build_object('value', e.code, 'successor', e.heirs[1], 'items', i.items, 'items_en', i.items_en)
      from ended e join open_item i on i.organization = e.code where cardinality(e.heirs) = 1
    union all
    select f.line, 'warn', 'ORGANIZATION_CODE_REUSED', 'code', jsonb_build_object('value', f.code, 'name', max(o.name), 'ended', max(o.valid_to))
      from fresh f join ledger.organization o on o.code = f.code
     where f.action in ('1', '2', '3', '4') and f.step = 'open'
     group by f.line, f.code, f.valid_from having max(o.valid_to) < f.valid_from - 1
    union all
    select min(e.line), 'warn', 'ORGANIZATION_STILL_NAMED', 'code', jsonb_build_object('value', u.code, 'day', min(e.effective), 'uses', u.ja, 'uses_en', u.en)
      from ended e
      join (select n.code, string_agg(k.ja || n.count || '件', '、' order by k.seq) as ja, string_agg(k.en || ' ' || n.count, ', ' order by k.seq) as en
              from ledger.organization_uses(array(select e.code from ended e)) n
              join (values (1, 'role', '役割', 'roles'), (2, 'account', 'ログインID', 'login ids'), (3, 'school', '学校', 'schools'),
                           (4, 'utility', '公共料金契約', 'utility contracts'), (5, 'postage_budget', '郵便料金の負担科目', 'postage budgets'),
                           (6, 'intake', '連携元', 'source systems')) k (seq, kind, ja, en) using (kind)
             where n.standing group by n.code) u on u.code = e.code
     where coalesce(cardinality(e.heirs), 0) <> 1
     group by u.code, u.ja, u.en
    union all
    select e.line, 'warn', 'ORGANIZATION_STAFF_POSTED', 'code', jsonb_build_object('value', e.code, 'count', count(distinct p.staff_no), 'day', e.effective)
      from ended e join ledger.staff_posting p on p.organization = e.code and e.effective between p.valid_from and p.valid_to
     where coalesce(cardinality(e.heirs), 0) <> 1
     group by e.line, e.code, e.effective
    union all
    select null, 'warn', 'ORGANIZATION_NOT_LISTED', null,
           jsonb_build_object('count', count(*), 'codes', (array_to_string((array_agg(m.code || ' ' || m.name order by m.code))[1:10], '、')))
      from missing m having count(*) > 0;
end $$;
comment on function ledger.check_organizations is 'Verdicts on a reform file. A reform takes effect as one: a row that waits for a person holds the file.';

create function ledger.post_organizations(rows ledger.organization_row[], batch bigint) returns void
language plpgsql set enable_nestloop = off as $$
begin
    create temp table reform on commit drop as
    select (p.r).*, p.step, row_number() over (partition by (p.r).code, (p.r).valid_from order by (p.r).line) = 1 as leads
      from ledger.plan_organizations(rows) p where p.step <> 'known';

    -- The history first: it says what was, and that is overwritten below.
    insert into ledger.organization_change (batch_id, line, organization, change, effective, before)
    select batch, c.line, o.code, 'ended', c.effective, to_jsonb(o)
      from ledger.closed_by(rows) c join ledger.organization o on o.code = c.code and c.effective > o.valid_from and c.effective <= o.valid_to
     order by c.line;
    insert into ledger.organization_change (batch_id, line, organization, change, effective, before, after)
    select batch, f.line, f.code,
           case when f.step = 'correct' then 'corrected'
                else case f.action when '1' then 'opened' when '2' then 'renamed' when '3' then 'merged' when '4' then 'split'
                                   when '5' then 'abolished' when '6' then 'moved' else 'continued' end end,
           f.valid_from,
           case when f.step = 'correct' then (select to_jsonb(o) from ledger.organization o where o.code = f.code and o.valid_from = f.valid_from) end,
           to_jsonb(f) - array['line', 'action', 'step', 'leads']
      from reform f order by f.line;

    update ledger.organization o set valid_to = c.effective - 1
      from ledger.closed_by(rows) c
     where o.code = c.code and c.effective > o.valid_from and c.effective <= o.valid_to;
    update ledger.organization o
       set (valid_to, name, short_name, level, parent, kana, can_execute, cashier, facility, postal, address, tel, sort)
         = (f.valid_to, f.name, f.short_name, f.level, f.parent, f.kana, f.can_execute, f.cashier, f.facility, f.postal, f.address, f.tel, f.sort)
      from reform f where f.step = 'correct' and f.leads and o.code = f.code and o.valid_from = f.valid_from;
    insert into ledger.organization (code, valid_from, valid_to, name, short_name, level, parent, kana, can_execute, cashier, facility, postal,
                                     address, tel, sort, batch_id, line)
    select f.code, f.valid_from, f.valid_to, f.name, f.short_name, f.level, f.parent, f.kana, f.can_execute, f.cashier, f.facility, f.postal,
           f.address, f.tel, f.sort, batch, f.line
      from reform f where f.step = 'open' and f.leads;
    insert into ledger.organization_successor (predecessor, successor, effective, reason, batch_id, line)
    select f.predecessor, f.code, f.valid_from, case f.action when '2' then 'renamed' when '3' then 'merged' when '4' then 'split' else 'moved' end,
           batch, f.line
      from reform f where f.step = 'open' and f.action in ('2', '3', '4', '6') and f.predecessor <> f.code;

    -- A facility (施設) that the reform names for the first time begins with it.
    insert into ledger.facility (code, name, organization, batch_id)
    select f.facility, min(f.name), min(f.code), batch from reform f where f.facility is not null group by f.facility
    on conflict on constraint facility_pk do nothing;
    drop table reform;
end $$;
comment on function ledger.post_organizations is 'Writes a reform file: closes versions the day before, opens the new ones, and says who follows whom. Nothing is deleted, and nothing that was booked is touched.';

create function ledger.organization_uses(codes text[]) returns table (code text, kind text, standing boolean, count bigint)
language plpgsql stable as $$
begin
    return query
    select u.code, u.kind, u.standing, count(*)
      from (select a.organization as code, 'assessment' as kind, false as standing from ledger.assessment a where a.cancelled_at is null
            union all select s.organization, 'slip', false from ledger.receipt_slip s where s.cancelled_at is null
            union all select m.organization, 'commitment', false from ledger.commitment m where m.state <> 'cancelled'
            union all select i.organization, 'invoice', false from ledger.invoice i where i.cancelled_at is null
            union all select p.organization, 'order', false from ledger.payment_order p where p.state <> 'cancelled'
            union all select p.organization, 'post', false from ledger.staff_posting p
            union all select t.organization, 'tender', false from ledger.tender t where t.state <> 'cancelled'
            union all select n.organization, 'contract', false from ledger.contract_notice n where n.cancelled_at is null
            union all select c.carrier, 'carrier', false from ledger.organization_carrier c
            -- (Payroll and postage make orders.) What is there until somebody changes it, and would go on naming an organization that has ended.
            union all select r.organization, 'role', true from ledger.account_role r
            union all select a.department, 'account', true from ledger.user_account a where a.active
            union all select h.organization, 'school', true from ledger.school h
            union all select u.organization, 'utility', true from ledger.utility_contract u where u.valid_to = date '9999-12-31'
            union all select b.organization, 'postage_budget', true from ledger.postage_budget b where b.valid_to = date '9999-12-31'
            union all select i.organization, 'intake', true from ledger.intake_section i) u
     where u.code = any (codes)
     group by u.code, u.kind, u.standing;
end $$;
comment on function ledger.organization_uses is 'What names some organizations, by kind. standing: settings and masters that go on naming one that has ended until somebody changes them. A table that names organizations is added here, and to the lock of organization_blockers.';

create function ledger.organization_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
declare
    -- Codes that were not there before: what names them would be left without an organization.
    born text[] := array(select o.code from ledger.organization o where o.batch_id = batch
                            and not exists (select from ledger.organization v where v.code = o.code and v.batch_id is distinct from batch));
begin
    -- Whoever is writing down something for an organization finishes first, and is then seen.
    lock table ledger.assessment, ledger.commitment, ledger.payment_order, ledger.invoice, ledger.receipt_slip, ledger.staff_posting, ledger.account_role,
               ledger.user_account, ledger.school, ledger.tender, ledger.contract_notice, ledger.utility_contract, ledger.postage_budget, ledger.intake_section
       in share mode;
    -- Carriers are never changed, so nobody who works here may lock their table.
    perform pg_advisory_xact_lock(hashtextextended('ledger.organization_carrier', 0));
    return query
    select min(c.line), 'organization', min(c.id), 'ORGANIZATION_CHANGED_LATER', jsonb_build_object('code', c.organization, 'batch', max(l.batch_id))
      from ledger.organization_change c
      -- Later is what was posted later: held files are posted when a person says so.
      join ledger.organization_change l on l.organization = c.organization and l.batch_id <> c.batch_id and l.id > c.id and l.change <> 'cancelled'
       and not exists (select from ledger.organization_change x where x.batch_id = l.batch_id and x.change = 'cancelled')
     where c.batch_id = batch and c.change <> 'cancelled'
     group by c.organization
    union all
    select o.line, 'organization', c.id, 'ORGANIZATION_IN_USE', jsonb_build_object('code', o.code, 'name', o.name, 'uses', u.uses)
      from ledger.organization o
      join lateral (select min(x.id) as id from ledger.organization_change x where x.batch_id = batch and x.organization = o.code and x.line = o.line) c on true
      join lateral (
        select coalesce((select sum(n.count) from ledger.organization_uses(array[o.code]) n where o.code = any (born)), 0)
             + (select count(*) from ledger.organization k where o.code = any (born) and k.parent = o.code and k.batch_id is distinct from batch)
             -- The facility that came with it goes with it.
             + (select count(*) from ledger.facility f join ledger.school s on s.facility = f.code where f.batch_id = batch and f.code = o.facility)
             + (select count(*) from ledger.facility f join ledger.utility_contract c on c.facility = f.code where f.batch_id = batch and f.code = o.facility)
             as uses) u on u.uses > 0
     where o.batch_id = batch;
end $$;
comment on function ledger.organization_blockers is 'What stands against cancelling a reform file: a later file changed the same organizations, or something was written down for one that began with it.';

create function ledger.cancel_organizations(batch bigint) returns void
language plpgsql as $$
begin
    delete from ledger.organization_successor s where s.batch_id = batch;
    delete from ledger.organization o where o.batch_id = batch;
    update ledger.organization o set valid_to = (c.before ->> 'valid_to')::date
      from ledger.organization_change c
     where c.batch_id = batch and c.change = 'ended' and o.code = c.organization and o.valid_from = (c.before ->> 'valid_from')::date;
    update ledger.organization o
       set (valid_to, name, short_name, level, parent, kana, can_execute, cashier, facility, postal, address, tel, sort)
         = (v.valid_to, v.name, v.short_name, v.level, v.parent, v.kana, v.can_execute, v.cashier, v.facility, v.postal, v.address, v.tel, v.sort)
      from ledger.organization_change c cross join jsonb_populate_record(null::ledger.organization, c.before) v
     where c.batch_id = batch and c.change = 'corrected' and o.code = v.code and o.valid_from = v.valid_from;
    delete from ledger.facility f where f.batch_id = batch;
    insert into ledger.organization_change (batch_id, organization, change, effective)
    select batch, c.organization, 'cancelled', c.effective
      from ledger.organization_change c where c.batch_id = batch and c.change not in ('ended', 'cancelled') order by c.id;
end $$;
comment on function ledger.cancel_organizations is 'Takes a reform file back: its versions go, what they closed is open again.';

-- ── Staff: one shape, one set of rules for 02 and 03 ────────────────────────────────────────────────────────────────

create type ledger.staff_row as (
    line bigint, action text, staff_no text, effective date, name text, kana text, former_name text, staff_type text, organization text,
    post_kind text, rank text, title text, pay_budget_line text, status text, hired date, left_on date, mail text,
    school_code text, cost_bearer text, duty text, can_execute boolean
);
comment on type ledger.staff_row is 'One order (発令) of a staff file. action: 1 採用, 2 異動, 3 氏名変更, 4 休職, 5 復職, 6 退職, 7 兼務追加, 8 兼務解除, 9 全件; post_kind: 1 本務, 2 兼務; status: 1 在職, 2 休職, 3 退職.';

create function ledger.full_kana(written text) returns text
language sql immutable parallel safe as $$
    select replace(normalize(written, NFKC), ' ', '　')
$$;
comment on function ledger.full_kana is 'Kana of a name as it is kept: full-width, whatever width it was written in.';

create function ledger.staff_action(action text) returns text
language sql immutable parallel safe as $$
    select case action when '1' then 'hired' when '2' then 'transferred' when '3' then 'renamed' when '4' then 'leave' when '5' then 'returned'
                       when '6' then 'retired' when '7' then 'concurrent' when '8' then 'concurrent_ended' when '9' then 'listed' end
$$;
comment on function ledger.staff_action is '処理区分 of staff files in words.';

create function ledger.leaves_on(r ledger.staff_row, known_left date) returns date
language sql immutable parallel safe as $$
    select coalesce(r.left_on, case when known_left >= r.effective then known_left end)
$$;
comment on function ledger.leaves_on is '退職年月日 by which a row leaves the person: a row about a day before an announced retirement says nothing of it, and does not take it back.';

create function ledger.person_is_unchanged(r ledger.staff_row, s ledger.staff) returns boolean
language sql immutable parallel safe as $$
    select -- What the row of a 兼務 says of the person is about that post: the main post says who he is.
           r.post_kind = '2'
           or (s.name, s.kana, s.former_name, s.staff_type, s.pay_budget_line, s.hired, s.left_on, s.mail, s.school_code, s.cost_bearer, s.duty, s.can_execute,
               case when s.status = 'retired' and r.left_on is null and s.left_on >= r.effective then r.status
                    when s.status = 'in_service' then '1' when s.status = 'on_leave' then '2' else '3' end)
              is not distinct from
              (r.name, r.kana, r.former_name, r.staff_type, r.pay_budget_line, r.hired, ledger.leaves_on(r, s.left_on), r.mail, r.school_code, r.cost_bearer,
               r.duty, r.can_execute, r.status)
$$;
comment on function ledger.person_is_unchanged is 'Whether a row of a full list says what is known already of the person, his posts aside.';

create function ledger.judge_staff(rows ledger.staff_row[])
returns table (r ledger.staff_row, step text, person ledger.staff, main ledger.staff_posting, last_order date)
language sql stable as $$
    select r,
           case
               when c.id is not null and c.stated = to_jsonb(r) - 'line' then 'known'
               when c.id is not null then 'differs'
               when r.action = '9' and s.staff_no is not null and ledger.person_is_unchanged(r, s)
                    and (r.status = '3' or exists (
                            select from ledger.staff_posting x
                             where x.staff_no = r.staff_no and x.organization = r.organization and x.rank = r.rank and x.title is not distinct from r.title
                               and x.post_kind = case r.post_kind when '1' then 'main' else 'concurrent' end
                               and r.effective between x.valid_from and x.valid_to)) then 'known'
               when row_number() over (partition by r.staff_no, r.effective, r.organization, r.post_kind, r.action order by r.line) > 1 then 'twice'
               else 'new'
           end,
           s, p.post, o.effective
      from unnest(rows) r
      left join ledger.staff_change c
        on c.staff_no = r.staff_no and c.effective = r.effective and c.organization = r.organization and c.post_kind = r.post_kind
           and c.action = ledger.staff_action(r.action) and c.cancelled_at is null and r.action <> '9'
      left join ledger.staff s on s.staff_no = r.staff_no
      left join (select distinct on (x.staff_no) x.staff_no, x as post from ledger.staff_posting x
                  where x.post_kind = 'main' and x.staff_no in (select n.staff_no from unnest(rows) n) order by x.staff_no, x.valid_from desc) p
             on p.staff_no = r.staff_no
      left join (select x.staff_no, max(x.effective) as effective from ledger.staff_change x
                  where x.cancelled_at is null and x.post_kind = '1' and x.action <> 'retired' and x.staff_no in (select n.staff_no from unnest(rows) n)
                  group by x.staff_no) o on o.staff_no = r.staff_no
$$;
comment on function ledger.judge_staff is 'Each order with what is known of the person: new, known (the same was posted), differs (the same key was posted with other content), twice (it stands in the file before). main is the latest 本務, last_order the latest order that said who he is.';

create function ledger.waiting_orders(rows ledger.staff_row[]) returns table (staff_no text, effective date, batch bigint, line bigint)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    with held as (
        select b.id, b.held_whole from intake.batch b join pg_temp.batch own on own.topic = b.topic where b.state = 'held'
    ), waiting as (
        select r.fields ->> 'staff_no' as staff_no, (r.fields ->> 'effective')::date as effective, b.id, r.line
          from held b join intake.record_fields r on r.batch_id = b.id and r.kind = 'staff'
         where b.held_whole
            or exists (select from intake.finding f where f.batch_id = b.id and f.line = r.line and f.state = 'open' and f.verdict = 'hold')
    )
    select w.staff_no, w.effective, w.id, w.line
      from waiting w
     where w.staff_no in (select x.staff_no from unnest(rows) x)
       and not exists (select from pg_temp.batch own join unnest(rows) x on x.line = w.line where own.id = w.id);
end $$;
comment on function ledger.waiting_orders is 'Orders on the people of a file that wait for a person elsewhere: in an earlier file, or among the lines of the same that are not being posted.';

create function ledger.check_staff(rows ledger.staff_row[], space text, today date, again boolean, drop_percent int, drop_rows int)
returns table (line bigint, verdict text, code text, field text, detail jsonb)
language plpgsql stable set enable_nestloop = off as $$
#variable_conflict use_column
declare
    -- Parameters whose names are also columns.
    numbers constant text := space;
begin
    return query
    with judged as materialized (
        select j.r, (j.r).*, j.step, (j.person).staff_no is not null as person_known, (j.person).hired as known_hired, (j.person).left_on as known_left,
               (j.person).name as known_name, (j.main).organization as main_organization, (j.main).rank as main_rank, (j.main).valid_from as main_from,
               j.last_order
          from ledger.judge_staff(rows) j
    ), fresh as materialized (
        select j.*,
               -- The main post by then: of an earlier order in this file, else the ledger's.
               coalesce((array_agg(j.organization) filter (where j.posts) over earlier)[cardinality(array_agg(j.organization) filter (where j.posts) over earlier)],
                        j.main_organization) as then_organization,
               coalesce((array_agg(j.rank) filter (where j.posts) over earlier)[cardinality(array_agg(j.rank) filter (where j.posts) over earlier)],
                        j.main_rank) as then_rank,
               -- The last day by then.
               coalesce((array_agg(j.left_on) filter (where j.left_on is not null) over earlier)
                            [cardinality(array_agg(j.left_on) filter (where j.left_on is not null) over earlier)], j.known_left) as then_left
          from (select x.*, x.action in ('1', '2', '9') and x.post_kind = '1' as posts from judged x where x.step = 'new') j
        window earlier as (partition by j.staff_no order by j.effective, j.line rows between unbounded preceding and 1 preceding)
    ), opening as materialized (
        -- What brings a person who was not known: the hire, or the full list.
        select f.staff_no, min(f.effective) as effective, min(f.line) as line
          from fresh f where not f.person_known and f.action in ('1', '9') and f.post_kind = '1' group by f.staff_no
    ), pay as materialized (
        select d.pay_budget_line, d.year,
               exists (select from ledger.budget_line b
                        where b.fiscal_year = d.year and b.fund = left(d.pay_budget_line, 2) and b.side = 'expenditure'
                          and left(b.code, 6) = substr(d.pay_budget_line, 3)) as known
          from (select distinct f.pay_budget_line, ledger.fiscal_year(f.effective) as year from fresh f where f.pay_budget_line is not null) d
    ), begun as materialized (
        -- 兼務 that the file begins, and until when; those that stand, as the file leaves them.
        select f.line, f.staff_no, f.organization, f.effective as since, coalesce(min(e.effective) - 1, date '9999-12-31') as until
          from fresh f
          left join fresh e on e.staff_no = f.staff_no and e.organization = f.organization and e.action = '8' and e.effective > f.effective
         where f.action = '7' group by f.line, f.staff_no, f.organization, f.effective
        union all
        select null, p.staff_no, p.organization, p.valid_from, coalesce(min(e.effective) - 1, p.valid_to)
          from ledger.staff_posting p
          join (select distinct f.staff_no, f.organization from fresh f where f.action = '7') n on n.staff_no = p.staff_no and n.organization = p.organization
          left join fresh e on e.staff_no = p.staff_no and e.organization = p.organization and e.action = '8'
                           and e.effective - 1 between p.valid_from and p.valid_to
         where p.post_kind = 'concurrent' group by p.id
    ), place as materialized (
        select d.organization, d.effective,
               exists (select from ledger.organization o where o.code = d.organization and d.effective between o.valid_from and o.valid_to) as known
          from (select distinct f.organization, f.effective from fresh f) d
    ), asked as materialized (
        -- Which questions a row raises; what is said of them is put together only where there is one.
        select f.line, f.staff_no, f.effective, f.name, f.organization, f.rank, f.hired, f.pay_budget_line, f.known_name, f.known_hired, f.then_left,
               f.then_organization, f.then_rank, greatest(f.main_from, f.last_order) as since, y.year,
               array_remove(array[
            -- The last day of somebody who retires is what counts, not the day the order is given.
            case when not l.known and f.action <> '6' then 'STAFF_ORGANIZATION_UNKNOWN' end,
            case when not y.known then 'STAFF_PAY_LINE_UNKNOWN' end,
            case when not f.person_known and o.staff_no is null and (f.action <> '9' or f.post_kind = '2') then 'STAFF_UNKNOWN' end,
            case when f.then_left < f.effective - case f.action when '8' then 1 else 0 end and not (f.action = '9' and f.status = '3') then 'STAFF_LEFT_ALREADY' end,
            case when f.known_hired <> f.hired then 'STAFF_HIRED_DIFFERS' end,
            case when f.action = '2' and f.effective <= f.main_from or f.action = '6' and f.left_on < f.main_from
                      or f.action = '9' and f.post_kind = '1' and f.status <> '3' and f.effective <= f.main_from
                      -- What the main post says of a person is overwritten by later orders only.
                      or f.post_kind = '1' and f.action <> '6' and f.effective < f.last_order then 'STAFF_OUT_OF_ORDER' end,
            case when f.action in ('3', '4', '5', '6') and (f.organization, f.rank) is distinct from (f.then_organization, f.then_rank)
                      and (f.person_known or o.staff_no is not null) then 'STAFF_POST_DIFFERS' end,
            case when f.action = '7' and exists (select from begun b join begun o on o.staff_no = b.staff_no and o.organization = b.organization
                    where b.line = f.line and (o.line is null or (o.since, o.line) < (b.since, b.line)) and o.since <= b.until and o.until >= b.since)
                then 'STAFF_CONCURRENT_EXISTS' end,
            case when f.action = '8' and not exists (select from ledger.staff_posting p where p.staff_no = f.staff_no and p.organization = f.organization
                    and p.post_kind = 'concurrent' and f.effective - 1 between p.valid_from and p.valid_to)
                and not exists (select from fresh e where e.staff_no = f.staff_no and e.organization = f.organization and e.action = '7' and e.effective < f.effective)
                then 'STAFF_CONCURRENT_MISSING' end], null) as codes
          from fresh f
          join place l using (organization, effective)
          left join pay y on y.pay_budget_line = f.pay_budget_line and y.year = ledger.fiscal_year(f.effective)
          left join opening o on o.staff_no = f.staff_no
    ), teacher as materialized (
        select * from ledger.check_teachers(array(select f.r from fresh f)) t where numbers = 'teacher'
    ), question as materialized (
        select f.line, q.code,
               case q.code when 'STAFF_ORGANIZATION_UNKNOWN' then 'organization' when 'STAFF_PAY_LINE_UNKNOWN' then 'pay_budget_line'
                           when 'STAFF_HIRED_DIFFERS' then 'hired' when 'STAFF_OUT_OF_ORDER' then 'effective' when 'STAFF_POST_DIFFERS' then 'organization'
                           when 'STAFF_CONCURRENT_EXISTS' then 'organization' when 'STAFF_CONCURRENT_MISSING' then 'organization' else 'staff_no' end as field,
               case q.code
                   when 'STAFF_ORGANIZATION_UNKNOWN' then jsonb_build_object('value', f.organization, 'day', f.effective)
                   when 'STAFF_PAY_LINE_UNKNOWN' then jsonb_build_object('value', f.pay_budget_line, 'year', f.year)
                   when 'STAFF_UNKNOWN' then jsonb_build_object('value', f.staff_no, 'name', f.name)
                   when 'STAFF_LEFT_ALREADY' then jsonb_build_object('value', f.staff_no, 'name', coalesce(f.known_name, f.name), 'left_on', f.then_left)
                   when 'STAFF_HIRED_DIFFERS' then jsonb_build_object('value', f.hired, 'known', f.known_hired, 'name', f.known_name)
                   when 'STAFF_OUT_OF_ORDER' then jsonb_build_object('value', f.effective, 'since', f.since, 'staff_no', f.staff_no)
                   when 'STAFF_POST_DIFFERS' then jsonb_build_object('value', f.organization, 'rank', f.rank, 'posted', f.then_organization, 'posted_rank', f.then_rank)
                   when 'STAFF_CONCURRENT_EXISTS' then jsonb_build_object('value', f.organization, 'staff_no', f.staff_no)
                   else jsonb_build_object('value', f.organization, 'staff_no', f.staff_no, 'day', f.effective - 1) end as detail
          from asked f
         cross join lateral unnest(f.codes) q (code)
         where f.codes <> '{}'
           -- This one a person may overrule.
           and not (q.code = 'STAFF_HIRED_DIFFERS' and exists (select from pg_temp.answered a where a.line = f.line and a.code = q.code))
        union all
        select t.line, t.code, t.field, t.detail from teacher t where t.verdict = 'hold'
    ), waiting as materialized (
        select f.staff_no, min(f.effective) as effective, (array_agg(f.line order by f.effective, f.line))[1] as line
          from fresh f where exists (select from question q where q.line = f.line) group by f.staff_no
    ), waiting_elsewhere as materialized (
        select distinct on (f.line) f.line, w.batch, w.line as first
          from fresh f
          join ledger.waiting_orders(rows) w on w.staff_no = f.staff_no
          cross join pg_temp.batch own
         where (w.effective, w.batch, w.line) < (f.effective, own.id, f.line)
         order by f.line, w.effective, w.batch, w.line
    ), missing as materialized (
        select s.staff_no, s.name from ledger.staff s
         where not again and s.space = numbers and (s.left_on is null or s.left_on >= greatest(today, (select max(j.effective) from judged j)))
           and exists (select from judged j where j.action = '9') and not exists (select from judged j where j.staff_no = s.staff_no)
    )
    -- The sender's to mend
    select f.line, 'reject', v.code,
           case v.code when 'STAFF_ACTION_KIND' then 'post_kind' when 'STAFF_STATUS_DIFFERS' then 'status' when 'STAFF_LEFT_MISMATCH' then 'left_on'
                       when 'STAFF_HIRED_LATER' then 'hired' when 'STAFF_LEFT_BEFORE_HIRED' then 'left_on' when 'STAFF_LIST_MIXED' then 'action' else 'staff_no' end,
           case v.code
               when 'STAFF_ACTION_KIND' then jsonb_build_object('value', f.post_kind, 'action', f.action)
               when 'STAFF_STATUS_DIFFERS' then jsonb_build_object('value', f.status, 'action', f.action)
               when 'STAFF_LEFT_MISMATCH' then jsonb_build_object('value', coalesce(f.left_on::text, '—'), 'status', f.status)
               when 'STAFF_HIRED_LATER' then jsonb_build_object('value', f.hired, 'effective', f.effective)
               when 'STAFF_LEFT_BEFORE_HIRED' then jsonb_build_object('value', f.left_on, 'hired', f.hired)
               when 'STAFF_KEY_CHANGED' then jsonb_build_object('value', f.staff_no, 'effective', f.effective)
               when 'STAFF_NO_TAKEN' then jsonb_build_object('value', f.staff_no, 'name', f.known_name)
               when 'STAFF_LIST_MIXED' then jsonb_build_object('value', f.action)
               else jsonb_build_object('value', f.staff_no) end
      from (select x.*, array_remove(array[
                case when (x.staff_no like 'K%') <> (numbers = 'teacher') then 'STAFF_NUMBER_SPACE' end,
                case when x.staff_no !~ '^[0-9A-Z]+$' then 'STAFF_NUMBER_SHAPE' end,
                case when x.action in ('1', '2', '3', '4', '5', '6') and x.post_kind = '2' or x.action in ('7', '8') and x.post_kind = '1'
                    then 'STAFF_ACTION_KIND' end,
                case when x.status <> case when x.action = '4' then '2' when x.action = '6' then '3' when x.action in ('1', '5') then '1' else x.status end
                          or x.action in ('2', '3', '7', '8') and x.status = '3' then 'STAFF_STATUS_DIFFERS' end,
                case when (x.status = '3') <> (x.left_on is not null) then 'STAFF_LEFT_MISMATCH' end,
                case when x.hired > x.effective then 'STAFF_HIRED_LATER' end,
                case when x.left_on < x.hired then 'STAFF_LEFT_BEFORE_HIRED' end,
                case when x.step = 'differs' then 'STAFF_KEY_CHANGED' end,
                case when x.step = 'new' and x.action = '1' and x.person_known then 'STAFF_NO_TAKEN' end,
                case when x.action <> '9' and exists (select from judged j where j.action = '9') then 'STAFF_LIST_MIXED' end], null) as codes
              from judged x) f
     cross join lateral unnest(f.codes) v (code)
     where f.codes <> '{}'
    union all
    select f.line, 'reject', 'STAFF_MAIN_TWICE', 'post_kind', jsonb_build_object('value', f.staff_no, 'effective', f.effective, 'first', f.first_line)
      from (select x.line, x.staff_no, x.effective, min(x.line) over (partition by x.staff_no, x.effective) as first_line
              from judged x where x.step in ('new', 'known') and x.action in ('1', '2', '9') and x.post_kind = '1' and x.status <> '3') f
     where f.line <> f.first_line
    union all
    select f.line, 'reject', 'STAFF_MAIN_MISSING', 'post_kind', jsonb_build_object('value', f.staff_no, 'name', f.name)
      from fresh f where f.action = '9' and f.post_kind = '2' and not f.person_known and not exists (select from opening o where o.staff_no = f.staff_no)

    -- A person must decide
    union all
    select q.line, 'hold', q.code, q.field, q.detail from question q
    union all
    select f.line, 'hold', 'STAFF_EARLIER_WAITS', 'staff_no', jsonb_build_object('value', f.staff_no, 'first', w.line)
      from fresh f join waiting w on w.staff_no = f.staff_no and (f.effective, f.line) > (w.effective, w.line)
     where not exists (select from question q where q.line = f.line)
    union all
    select f.line, 'hold', 'STAFF_EARLIER_FILE_WAITS', 'staff_no', jsonb_build_object('value', f.staff_no, 'batch', w.batch, 'first', w.first)
      from fresh f join waiting_elsewhere w using (line)
     where not exists (select from question q where q.line = f.line)
    union all
    select null, 'hold', 'STAFF_LIST_SHORT', null, jsonb_build_object('count', m.count, 'live', l.count, 'percent', drop_percent)
      from (select count(*) as count from missing) m,
           (select count(*) as count from ledger.staff s where s.space = numbers and (s.left_on is null or s.left_on >= today)) l
     where m.count > drop_rows and m.count * 100 > l.count * drop_percent
       and not exists (select from pg_temp.answered a where a.line is null and a.code = 'STAFF_LIST_SHORT')

    -- Known, or worth saying
    union all
    select j.line, 'skip', 'STAFF_KNOWN', 'staff_no', jsonb_build_object('value', j.staff_no, 'effective', j.effective) from judged j where j.step = 'known'
    union all
    select j.line, 'skip', 'STAFF_TWICE', 'staff_no', jsonb_build_object('value', j.staff_no, 'effective', j.effective) from judged j where j.step = 'twice'
    union all
    select null, 'warn', 'STAFF_NOT_LISTED', null,
           jsonb_build_object('count', count(*), 'people', array_to_string((array_agg(m.staff_no || ' ' || m.name order by m.staff_no))[1:10], '、'))
      from missing m having count(*) > 0
    union all
    select f.line, 'warn', 'STAFF_DRAFTS_WAIT', 'staff_no',
           jsonb_build_object('value', f.staff_no, 'name', f.name, 'count', count(distinct d.order_no),
               'yen', to_char(sum(d.yen), 'FM999,999,999,999,999'), 'day', f.effective)
      from fresh f
      join ledger.drafts_in_hand(array(select (x.staff_no, x.main_organization, x.effective)::ledger.leaver
                                         from fresh x where x.action in ('4', '6') or x.action = '2' and x.organization <> x.main_organization)) d
        on d.staff_no = f.staff_no
     where f.action in ('2', '4', '6')
       -- Somebody who comes to decide in the place is a hand that was asked for.
       and (d.role = 'made' or not exists (select from fresh x where x.action in ('1', '2', '7') and x.organization = d.organization
                                            and x.rank in ('10', '20', '30') and x.staff_no <> d.staff_no))
     group by f.line, f.staff_no, f.name, f.effective
    union all
    select t.line, t.verdict, t.code, t.field, t.detail from teacher t where t.verdict <> 'hold';
end $$;
comment on function ledger.check_staff is 'check.sql of 02 and 03: verdicts on orders on staff of one number space (ward, teacher).';

create function ledger.check_teachers(rows ledger.staff_row[]) returns table (line bigint, verdict text, code text, field text, detail jsonb)
language sql stable set enable_nestloop = off as $$
    with fresh as (
        select r.*, s.code as school, s.name as school_name, s.organization as school_organization
          from unnest(rows) r left join ledger.school s on s.code = r.school_code
    ), carrier as materialized (
        -- Once for each school and day, not for each of its teachers.
        select d.*, ledger.organization_on(d.school_organization, d.effective) as code
          from (select distinct school_organization, effective from fresh where school is not null and post_kind = '1' and action <> '6') d
    )
    select f.line, case v.code when 'TEACHER_SCHOOL_SHAPE' then 'reject' when 'TEACHER_MAY_NOT_EXECUTE' then 'reject' when 'TEACHER_PAID_BY_TOKYO' then 'warn'
                               else 'hold' end,
           v.code,
           case v.code when 'TEACHER_MAY_NOT_EXECUTE' then 'can_execute' when 'TEACHER_SCHOOL_ELSEWHERE' then 'organization'
                       when 'TEACHER_PAID_BY_TOKYO' then 'pay_budget_line' else 'school_code' end,
           case v.code
               when 'TEACHER_MAY_NOT_EXECUTE' then jsonb_build_object('value', '1', 'duty', f.duty)
               when 'TEACHER_SCHOOL_ELSEWHERE' then jsonb_build_object('value', f.organization, 'school', f.school_name, 'expected', coalesce(f.expected, '—'))
               when 'TEACHER_PAID_BY_TOKYO' then jsonb_build_object('value', f.pay_budget_line)
               else jsonb_build_object('value', f.school_code) end
      from (select x.*, c.code as expected, array_remove(array[
                case when x.school_code !~ '^[A-H][0-9][0-9]{2}[1-3][0-9]{8}$' then 'TEACHER_SCHOOL_SHAPE' end,
                case when x.can_execute and x.duty not in ('01', '02', '06') then 'TEACHER_MAY_NOT_EXECUTE' end,
                case when x.school is null then 'TEACHER_SCHOOL_UNKNOWN' end,
                case when x.school is not null and x.post_kind = '1' and x.action <> '6' and c.code is distinct from x.organization
                    then 'TEACHER_SCHOOL_ELSEWHERE' end,
                case when x.cost_bearer = '1' and x.pay_budget_line is not null then 'TEACHER_PAID_BY_TOKYO' end], null) as codes
              from fresh x
              left join carrier c on c.school_organization = x.school_organization and c.effective = x.effective) f
     cross join lateral unnest(f.codes) v (code)
     where f.codes <> '{}'
$$;
comment on function ledger.check_teachers is 'What check_staff asks of new orders on teachers beyond the rest: the school and where the ward books it, and who may execute its budget.';

create function ledger.post_staff(rows ledger.staff_row[], batch bigint) returns void
language plpgsql set enable_nestloop = off as $$
declare
    forever constant date := date '9999-12-31';
begin
    create temp table ordered on commit drop as
    select (j.r).*, j.person, j.main,
           -- Who the person is, the rows of the main post say; those of 兼務 only say that there is one.
           row_number() over (partition by (j.r).staff_no order by (j.r).post_kind, (j.r).effective desc, (j.r).line desc) = 1 and (j.r).post_kind = '1' as last,
           lag((j.r).status) over (partition by (j.r).staff_no, (j.r).post_kind order by (j.r).effective, (j.r).line) as status_before,
           -- The last day in service as the file leaves it: the latest row that has one, or what was announced before.
           coalesce((array_agg((j.r).left_on) filter (where (j.r).left_on is not null)
                        over (partition by (j.r).staff_no order by (j.r).effective desc, (j.r).line desc
                              rows between unbounded preceding and unbounded following))[1],
                    min(ledger.leaves_on(j.r, (j.person).left_on)) over (partition by (j.r).staff_no)) as leaves
      from ledger.judge_staff(rows) j where j.step = 'new';
    create index on ordered (staff_no);
    analyze ordered;

    -- The history first: it says how the person stood, and that is overwritten below.
    insert into ledger.staff_change (batch_id, line, staff_no, action, effective, organization, post_kind, stated, before)
    select batch, r.line, r.staff_no, ledger.staff_action(r.action), r.effective, r.organization, r.post_kind, to_jsonb(r) - 'line',
           case when (o.person).staff_no is not null then to_jsonb(o.person) end
      from unnest(rows) r join ordered o on o.line = r.line order by r.line;

    -- The person, as the last order leaves him.
    insert into ledger.staff as s (staff_no, name, kana, former_name, staff_type, status, status_since, hired, left_on, mail, pay_budget_line,
                                   school_code, cost_bearer, duty, can_execute, batch_id, line)
    select o.staff_no, o.name, o.kana, o.former_name, o.staff_type,
           case when o.leaves is not null then 'retired' when o.status = '1' then 'in_service' else 'on_leave' end,
           case when o.leaves is not null then o.leaves + 1 else coalesce(w.since, (o.person).status_since) end,
           o.hired, o.leaves, o.mail, o.pay_budget_line, o.school_code, o.cost_bearer, o.duty, o.can_execute, batch, o.line
      from ordered o
      -- The last row at which the status became another one than in the row, or the ledger, before.
      left join (select x.staff_no, max(x.effective) as since from ordered x
                  where x.post_kind = '1' and x.status is distinct from coalesce(x.status_before,
                            case (x.person).status when 'in_service' then '1' when 'on_leave' then '2' when 'retired' then '3' end)
                  group by x.staff_no) w on w.staff_no = o.staff_no
     where o.last
    on conflict on constraint staff_pk do update
       set name = excluded.name, kana = excluded.kana, former_name = excluded.former_name, staff_type = excluded.staff_type,
           status = excluded.status, status_since = excluded.status_since,
           hired = excluded.hired, left_on = excluded.left_on, mail = excluded.mail, pay_budget_line = excluded.pay_budget_line,
           school_code = excluded.school_code, cost_bearer = excluded.cost_bearer, duty = excluded.duty, can_execute = excluded.can_execute,
           batch_id = excluded.batch_id, line = excluded.line;

    perform ledger.post_main_posts(batch);
    perform ledger.post_concurrent_posts(batch);

    -- Who retires leaves every post; where the last day is put off, what ended with the one before goes on.
    update ledger.staff_posting p
       set endings = p.endings || (batch, p.valid_to)::ledger.post_ending, valid_to = o.leaves, ended_batch = batch
      from (select distinct x.staff_no, x.leaves, (x.person).left_on as known_left from ordered x where x.leaves is not null) o
     where p.staff_no = o.staff_no and p.valid_from <= o.leaves and (p.valid_to > o.leaves or p.valid_to = o.known_left and o.known_left < o.leaves);

    insert into ledger.reassignment_task (staff_no, organization, cause, effective, batch_id, line)
    select p.staff_no, p.organization, ledger.staff_action(o.action), p.valid_to + 1, batch, min(o.line)
      from ledger.staff_posting p
      join ordered o on o.staff_no = p.staff_no and o.action in ('2', '6', '8')
                    and p.valid_to + 1 = case o.action when '6' then o.left_on + 1 else o.effective end
     where p.ended_batch = batch and (o.action <> '2' or p.post_kind = 'main' and p.organization <> o.organization)
       and (o.action <> '8' or p.post_kind = 'concurrent' and p.organization = o.organization)
     group by p.staff_no, p.organization, o.action, p.valid_to
    union all
    select o.staff_no, o.organization, 'leave', o.effective, batch, o.line from ordered o where o.action = '4'
    on conflict on constraint reassignment_task_is_unique do nothing;
    drop table ordered;
end $$;
comment on function ledger.post_staff is 'post.sql of 02 and 03: writes orders on staff. Posts follow each other without gap or overlap, and whoever leaves one leaves a task behind.';

create function ledger.post_main_posts(batch bigint) returns void
language plpgsql as $$
begin
    create temp table main_post on commit drop as
    select o.line, o.staff_no, o.organization, o.rank, o.title, o.effective, (o.main).id as before,
           case when o.leaves >= o.effective then o.leaves end as leaves,
           lead(o.effective) over (partition by o.staff_no order by o.effective, o.line) as next
      from pg_temp.ordered o
     where o.post_kind = '1' and o.status <> '3'
       and (o.action in ('1', '2')
            or o.action = '9' and ((o.main).id is null or (o.organization, o.rank, o.title) is distinct from ((o.main).organization, (o.main).rank, (o.main).title)));
    update ledger.staff_posting p
       set endings = p.endings || (batch, p.valid_to)::ledger.post_ending, valid_to = m.effective - 1, ended_batch = batch
      from (select x.before, min(x.effective) as effective from main_post x group by x.before) m
     where p.id = m.before and p.valid_from < m.effective and p.valid_to >= m.effective;
    insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from, valid_to, batch_id, line, ended_batch)
    select m.staff_no, m.organization, 'main', m.rank, m.title, m.effective, coalesce(m.next - 1, m.leaves, date '9999-12-31'), batch, m.line,
           case when m.next is not null then batch end
      from main_post m;
    drop table main_post;
end $$;
comment on function ledger.post_main_posts is 'Part of post_staff: each new 本務 ends the one before it the day before.';

create function ledger.post_concurrent_posts(batch bigint) returns void
language plpgsql as $$
begin
    update ledger.staff_posting p
       set endings = p.endings || (batch, p.valid_to)::ledger.post_ending, valid_to = o.effective - 1, ended_batch = batch
      from pg_temp.ordered o
     where o.action = '8' and p.staff_no = o.staff_no and p.organization = o.organization and p.post_kind = 'concurrent'
       and o.effective - 1 between p.valid_from and p.valid_to;
    insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from, valid_to, batch_id, line, ended_batch)
    select o.staff_no, o.organization, 'concurrent', o.rank, o.title, o.effective,
           coalesce(e.effective - 1, case when o.leaves >= o.effective then o.leaves end, date '9999-12-31'), batch, o.line,
           case when e.effective is not null then batch end
      from pg_temp.ordered o
      left join lateral (select min(x.effective) as effective from pg_temp.ordered x
                          where x.action = '8' and x.staff_no = o.staff_no and x.organization = o.organization and x.effective > o.effective) e on true
     where o.post_kind = '2' and o.action in ('7', '9') and o.status <> '3'
       and not exists (select from ledger.staff_posting p where p.staff_no = o.staff_no and p.organization = o.organization
                        and p.post_kind = 'concurrent' and p.valid_to >= o.effective);
end $$;
comment on function ledger.post_concurrent_posts is 'Part of post_staff: 兼務 that end, and those that begin.';

create function ledger.cancel_staff(batch bigint) returns void
language plpgsql as $$
begin
    delete from ledger.reassignment_task t where t.batch_id = batch;
    delete from ledger.staff_posting p where p.batch_id = batch;
    -- No later file touched these people, so what this one did to a post stands at the end of its list.
    update ledger.staff_posting p
       set valid_to = e.was_to, endings = p.endings[:e.nth - 1], ended_batch = (p.endings[e.nth - 1]).batch
      from (select distinct on (x.id) x.id, y.was_to, y.nth::int
              from ledger.staff_posting x cross join lateral unnest(x.endings) with ordinality y (batch, was_to, nth)
             where x.ended_batch = cancel_staff.batch and y.batch = cancel_staff.batch order by x.id, y.nth) e
     where p.id = e.id;
    create temp table taken_back on commit drop as
    select distinct on (c.staff_no) c.staff_no, c.before from ledger.staff_change c where c.batch_id = batch order by c.staff_no, c.id;
    update ledger.staff s
       set (name, kana, former_name, staff_type, status, status_since, hired, left_on, mail, pay_budget_line, school_code, cost_bearer, duty,
            can_execute, batch_id, line)
         = (v.name, v.kana, v.former_name, v.staff_type, v.status, v.status_since, v.hired, v.left_on, v.mail, v.pay_budget_line, v.school_code,
            v.cost_bearer, v.duty, v.can_execute, v.batch_id, v.line)
      from taken_back t cross join jsonb_populate_record(null::ledger.staff, t.before) v
     where t.before is not null and s.staff_no = t.staff_no;
    delete from ledger.staff s using taken_back t where t.before is null and s.staff_no = t.staff_no;
    update ledger.staff_change c set cancelled_at = clock_timestamp() where c.batch_id = batch and c.cancelled_at is null;
    drop table taken_back;
end $$;
comment on function ledger.cancel_staff is 'Takes a staff file back: its posts go, what they ended is open again, and each person stands as before.';

-- ── An invented school to try things with ───────────────────────────────────────────────────────────────────────────

insert into ledger.organization (code, valid_from, name, short_name, level, parent, can_execute) values
    ('20000000', '2018-04-01', '教育委員会事務局', '教育', 1, null, false),
    ('20010000', '2018-04-01', '教育委員会事務局 学校職員課', '学校職員', 2, '20000000', true),
    ('20010101', '2018-04-01', '区立さくら小学校', 'さくら小', 4, '20010000', true),
    ('20010102', '2018-04-01', '区立けやき中学校', 'けやき中', 4, '20010000', true);
insert into ledger.facility (code, name, organization) values
    ('200101', '区立さくら小学校', '20010101'), ('200102', '区立けやき中学校', '20010102');
insert into ledger.school (code, name, organization, facility) values
    ('B113200000011', '区立さくら小学校', '20010101', '200101'), ('C113200000025', '区立けやき中学校', '20010102', '200102');
insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget)
select y, '01', code, 'expenditure', name, account, budget
  from generate_series(2025, 2027) y,
       (values ('1001020301', '教育費 教育総務 事務局 報酬', '5110', 80000000),
               ('1001020310', '教育費 教育総務 事務局 需用費', '5210', 150000000)) l (code, name, account, budget);
