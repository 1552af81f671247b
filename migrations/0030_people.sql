-- Organizations through reforms (機構改革) and the people who work in them: ward staff (02) and teachers (03).
--
-- Nothing here rewrites history. A version of an organization ends and another begins; what was booked under the old code stays
-- booked there, and whoever asks which organization carries it now follows the successor map (ledger.organization_on).

-- ── Organizations ───────────────────────────────────────────────────────────────────────────────────────────────────

create type ledger.code_range as range (subtype = text, collation = "C");
comment on type ledger.code_range is 'A code as a range of one value: what an exclusion constraint compares without an extension.';

alter table ledger.organization
    add constraint organization_has_one_version_a_day exclude using gist
        (ledger.code_range(code, code, '[]') with &&, daterange(valid_from, valid_to, '[]') with &&);

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

create table ledger.organization_change (
    id           bigint generated always as identity constraint organization_change_pk primary key,
    batch_id     bigint not null,
    line         bigint,
    organization text   not null,
    change       text   not null constraint organization_change_is_known
                 check (change in ('opened', 'renamed', 'merged', 'split', 'moved', 'continued', 'corrected', 'ended')),
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
    constraint staff_posting_validity_is_forward check (valid_from <= valid_to),
    constraint staff_has_one_main_post_a_day
        exclude using gist (ledger.code_range(staff_no, staff_no, '[]') with &&, daterange(valid_from, valid_to, '[]') with &&) where (post_kind = 'main'),
    constraint staff_has_a_concurrent_post_once
        exclude using gist (ledger.code_range(staff_no, staff_no, '[]') with &&, ledger.code_range(organization, organization, '[]') with &&,
                            daterange(valid_from, valid_to, '[]') with &&) where (post_kind = 'concurrent')
);
comment on table ledger.staff_posting is '発令による所属: a version per validity period. Exactly one 本務 a person and day, any number of 兼務.';
comment on column ledger.staff_posting.ended_batch is 'The file that ended it.';
create index staff_posting_by_organization on ledger.staff_posting (organization, valid_from);
create index staff_posting_by_batch on ledger.staff_posting (batch_id);

create table ledger.staff_change (
    id        bigint generated always as identity constraint staff_change_pk primary key,
    batch_id  bigint not null,
    line      bigint not null,
    staff_no  text   not null references ledger.staff,
    action    text   not null constraint staff_change_is_known
              check (action in ('hired', 'transferred', 'renamed', 'leave', 'returned', 'retired', 'concurrent', 'concurrent_ended', 'listed')),
    effective date   not null,
    organization text not null,
    post_kind text   not null,
    stated    jsonb  not null,
    before    jsonb,
    cancelled_at timestamptz
);
comment on table ledger.staff_change is '職員異動の履歴: what each row of a file said (stated), and the person as he stood before (null: was not known).';
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
comment on table ledger.reassignment_task is '引継ぎ: who leaves a post from which day. Shown to operators (view open_reassignment) while drafts wait that he made or is the only one to approve.';
create index reassignment_task_by_batch on ledger.reassignment_task (batch_id);
