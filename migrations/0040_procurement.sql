-- Procurement (契約事務): vendors and what they may be selected for, tenders, nominees, results of openings and bids.
--
-- What the joint service says of a vendor is kept version by version. The newest live version of a key counts; cancelling a file
-- takes its versions out, and what was before counts again. Nothing is ever deleted.

-- ── Vendors (業者) ────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.vendor (
    no       text constraint vendor_pk primary key constraint vendor_no_is_ten_digits check (no ~ '^[0-9]{10}$'),
    creditor text constraint vendor_creditor_fk references ledger.creditor
);
comment on table ledger.vendor is '業者: whom the ward may ask for a bid, by 受付番号. What is known of it is in vendor_registration; the newest of it in the view registered_vendor.';
comment on column ledger.vendor.creditor is 'The creditor that is paid when this vendor wins. Null: nobody has said yet which one.';
create index vendor_by_creditor on ledger.vendor (creditor) where creditor is not null;

create table ledger.vendor_registration (
    id             bigint generated always as identity constraint vendor_registration_pk primary key,
    vendor         text        not null constraint vendor_registration_vendor_fk references ledger.vendor,
    updated_at     timestamptz not null,
    action         text        not null constraint vendor_registration_action_is_known check (action in ('1', '2', '3', '4')),
    legal_form     text        not null constraint vendor_registration_form_is_known check (legal_form in ('1', '2', '3')),
    corporate_number text,
    invoice_number text,
    name           text        not null,
    kana           text        not null,
    representative_title text,
    representative text        not null,
    postal_code    text        not null,
    prefecture     text        not null,
    address        text        not null,
    phone          text        not null,
    fax            text,
    mail           text,
    has_agent      boolean     not null,
    agent_office   text,
    agent_title    text,
    agent_name     text,
    agent_address  text,
    agent_phone    text,
    locality       text        not null,
    small_business boolean     not null,
    closing_on     date        not null,
    qualified_from date        not null,
    qualified_to   date        not null,
    ended_on       date,
    content_hash   text        not null,
    superseded_by  bigint constraint vendor_registration_superseded_fk references ledger.vendor_registration deferrable initially deferred,
    batch_id       bigint,
    line           bigint,
    cancelled_at   timestamptz,
    constraint vendor_registration_period_is_forward check (qualified_from <= qualified_to),
    constraint vendor_registration_end_is_a_cancellation check ((ended_on is not null) = (action = '4')),
    constraint vendor_has_one_registration exclude using btree (vendor with =) where (superseded_by is null and cancelled_at is null)
        deferrable initially deferred
);
comment on table ledger.vendor_registration is '業者登録: what the joint service said of a vendor, one row a version. The newest that is not cancelled counts.';
comment on column ledger.vendor_registration.updated_at is '更新日時 of the service: it only rises for a vendor.';
comment on column ledger.vendor_registration.action is '処理区分: 1 新規, 2 変更, 3 継続, 4 取消.';
comment on column ledger.vendor_registration.legal_form is '法人個人区分: 1 法人, 2 個人, 3 組合・JV.';
comment on column ledger.vendor_registration.ended_on is '取消: the first day on which the vendor cannot be selected any more.';
comment on column ledger.vendor_registration.content_hash is 'Digest of the record, to tell the same version sent again from another one of the same moment.';
comment on column ledger.vendor_registration.cancelled_at is 'When its file was cancelled: it counts no more, and the version before it does again.';
create index vendor_registration_by_vendor on ledger.vendor_registration (vendor, updated_at);
create index vendor_registration_by_batch on ledger.vendor_registration (batch_id, line) where batch_id is not null;
create index vendor_registration_by_corporate_number on ledger.vendor_registration (corporate_number)
    where corporate_number is not null and superseded_by is null and cancelled_at is null;

create table ledger.vendor_qualification (
    id            bigint generated always as identity constraint vendor_qualification_pk primary key,
    vendor        text        not null constraint vendor_qualification_vendor_fk references ledger.vendor,
    family        text        not null constraint vendor_qualification_family_is_known check (family in ('1', '2')),
    category      text        not null constraint vendor_qualification_category_is_four_digits check (category ~ '^[0-9]{4}$'),
    updated_at    timestamptz not null,
    action        text        not null constraint vendor_qualification_action_is_known check (action in ('1', '2', '3', '4')),
    preference    int,
    grade         text,
    score         int,
    completed_max bigint,
    valid_from    date        not null,
    valid_to      date        not null,
    ended_on      date,
    content_hash  text        not null,
    superseded_by bigint constraint vendor_qualification_superseded_fk references ledger.vendor_qualification deferrable initially deferred,
    batch_id      bigint,
    line          bigint,
    cancelled_at  timestamptz,
    constraint vendor_qualification_period_is_forward check (valid_from <= valid_to),
    constraint vendor_qualification_end_is_a_cancellation check ((ended_on is not null) = (action = '4')),
    constraint vendor_has_one_qualification exclude using btree (vendor with =, family with =, category with =)
        where (superseded_by is null and cancelled_at is null) deferrable initially deferred
);
comment on table ledger.vendor_qualification is '入札参加資格の営業種目: what a vendor may bid for, one row a version; columns as in vendor_registration.';
comment on column ledger.vendor_qualification.family is '資格区分: 1 工事, 2 物品. The same 種目コード may stand in both.';
comment on column ledger.vendor_qualification.grade is '等級 A to E; X: not graded.';
comment on column ledger.vendor_qualification.score is '総合評定値 P of works.';
comment on column ledger.vendor_qualification.completed_max is '最高完成工事高 in yen.';
create index vendor_qualification_by_vendor on ledger.vendor_qualification (vendor, family, category, updated_at);
create index vendor_qualification_by_batch on ledger.vendor_qualification (batch_id, line) where batch_id is not null;

create table ledger.vendor_suspension (
    id            bigint generated always as identity constraint vendor_suspension_pk primary key,
    vendor        text        not null constraint vendor_suspension_vendor_fk references ledger.vendor,
    starts_on     date        not null,
    updated_at    timestamptz not null,
    action        text        not null constraint vendor_suspension_action_is_known check (action in ('1', '2', '3', '4')),
    ends_on       date,
    reason        text        not null,
    local_body    text,
    ended_on      date,
    content_hash  text        not null,
    superseded_by bigint constraint vendor_suspension_superseded_fk references ledger.vendor_suspension deferrable initially deferred,
    batch_id      bigint,
    line          bigint,
    cancelled_at  timestamptz,
    constraint vendor_suspension_period_is_forward check (starts_on <= ends_on),
    constraint vendor_suspension_end_is_a_cancellation check ((ended_on is not null) = (action = '4')),
    constraint vendor_has_one_suspension_from_a_day exclude using btree (vendor with =, starts_on with =)
        where (superseded_by is null and cancelled_at is null) deferrable initially deferred
);
comment on table ledger.vendor_suspension is '指名停止: from when to when a vendor cannot be selected, one row a version; columns as in vendor_registration. It bars selection, never payment: a creditor is suspended in creditor.suspended_from, by the accounting office.';
comment on column ledger.vendor_suspension.ends_on is 'Null: until it is lifted.';
comment on column ledger.vendor_suspension.local_body is '対象団体コード: whose measure it is; null: that of all. Another body''s is kept and bars nothing here.';
comment on column ledger.vendor_suspension.ended_on is 'Lifted: the first day on which it bars nothing any more.';
create index vendor_suspension_by_vendor on ledger.vendor_suspension (vendor, starts_on, updated_at);
create index vendor_suspension_by_batch on ledger.vendor_suspension (batch_id, line) where batch_id is not null;

create trigger vendor_is_kept before delete or truncate on ledger.vendor for each statement execute function ledger.refuse_deletion();
create trigger vendor_registration_is_kept before delete or truncate on ledger.vendor_registration
    for each statement execute function ledger.refuse_deletion();
create trigger vendor_qualification_is_kept before delete or truncate on ledger.vendor_qualification
    for each statement execute function ledger.refuse_deletion();
create trigger vendor_suspension_is_kept before delete or truncate on ledger.vendor_suspension
    for each statement execute function ledger.refuse_deletion();

create view ledger.registered_vendor as
select v.no, v.creditor, r.*
  from ledger.vendor v join ledger.vendor_registration r on r.vendor = v.no and r.superseded_by is null and r.cancelled_at is null;
comment on view ledger.registered_vendor is '業者 with the registration that counts. A vendor whose registrations were all cancelled is not in it.';

create function ledger.vendor_suspended(vendor text, day date) returns boolean
language sql stable as $$
    select exists (select from ledger.vendor_suspension s
                    where s.vendor = vendor_suspended.vendor and s.superseded_by is null and s.cancelled_at is null
                      and day >= s.starts_on and day <= coalesce(s.ends_on, day) and day < coalesce(s.ended_on, day + 1)
                      and (s.local_body is null or s.local_body = (select g.local_body_code from ledger.eltax_agency g)))
$$;
comment on function ledger.vendor_suspended is 'Whether 指名停止 of this ward, or of all bodies, bars a vendor on a day.';

create function ledger.vendor_fault(vendor text, family text, category text, day date) returns text
language sql stable as $$
    select case
        when r.id is null then 'VENDOR_UNKNOWN'
        when day >= r.ended_on then 'VENDOR_ENDED'
        when day not between r.qualified_from and r.qualified_to or not exists (
                 select from ledger.vendor_qualification q
                  where (q.vendor, q.family, q.category) = (r.vendor, vendor_fault.family, vendor_fault.category)
                    and q.superseded_by is null and q.cancelled_at is null
                    and day between q.valid_from and q.valid_to and day < coalesce(q.ended_on, day + 1)) then 'VENDOR_NOT_QUALIFIED'
        when ledger.vendor_suspended(r.vendor, day) then 'VENDOR_SUSPENDED' end
      from (select vendor_fault.vendor as no) asked left join ledger.registered_vendor r on r.no = asked.no
$$;
comment on function ledger.vendor_fault is 'Why a vendor cannot be selected for a category on a day; null when it can.';

create function ledger.vendor_selectable(vendor text, family text, category text, day date) returns boolean
language sql stable as $$
    select ledger.vendor_fault(vendor_selectable.vendor, vendor_selectable.family, vendor_selectable.category, vendor_selectable.day) is null
$$;
comment on function ledger.vendor_selectable is 'Registered, qualified for the category and not suspended on a day (No. 7).';

-- ── Tenders (案件) ────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.tender (
    no            text constraint tender_pk primary key constraint tender_no_fits check (length(no) between 1 and 16),
    national_no   text constraint tender_national_no_is_unique unique
                  constraint tender_national_no_is_nineteen_digits check (national_no ~ '^[0-9]{19}$'),
    fiscal_year   int         not null,
    fund          text        not null,
    budget_line   text        not null,
    organization  text        not null,
    family        text        not null constraint tender_family_is_known check (family in ('1', '2')),
    method        text        not null constraint tender_method_is_known check (method in ('1', '2', '3', '4', '5')),
    evaluation    text        not null default 'price' constraint tender_evaluation_is_known check (evaluation in ('price', 'overall')),
    title         text        not null,
    category      text        not null constraint tender_category_is_four_digits check (category ~ '^[0-9]{4}$'),
    grade_range   text,
    place         text        not null,
    work_from     date        not null,
    work_to       date        not null,
    published_on  date        not null,
    closes_at     timestamptz not null,
    opens_at      timestamptz not null,
    has_floor     boolean     not null default false,
    contact       text        not null,
    commitment    text        not null constraint tender_commitment_fk references ledger.commitment constraint tender_commitment_is_its_own unique,
    reserved      bigint      not null constraint tender_reserved_is_positive check (reserved > 0),
    planned_excl  bigint,
    floor_excl    bigint,
    state         text        not null default 'approved' constraint tender_state_is_known
                  check (state in ('approved', 'selected', 'pending', 'awarded', 'failed', 'cancelled')),
    constraint tender_budget_line_fk foreign key (fiscal_year, fund, budget_line) references ledger.budget_line,
    constraint tender_days_are_in_order check (published_on < (closes_at at time zone 'Asia/Tokyo')::date + 1 and closes_at < opens_at),
    constraint tender_work_is_forward check (work_from <= work_to),
    constraint tender_floor_is_below_planned check (floor_excl <= planned_excl)
);
comment on table ledger.tender is '案件: what is put out to tender once the 執行伺 is approved. approved → selected (No. 7 told the vendors) → pending 保留, awarded 落札, failed 不調, cancelled 中止・取止め.';
comment on column ledger.tender.national_no is '調達案件番号 under which the case stands on the national procurement portal, when it does.';
comment on column ledger.tender.family is '工事物品区分: 1 工事, 2 物品.';
comment on column ledger.tender.method is '入札方式: 1 一般, 2 希望型指名, 3 指名, 4 見積合せ, 5 特命.';
comment on column ledger.tender.evaluation is 'price: the lowest valid bid wins; overall (総合評価): price and quality together, so that a higher bid may win.';
comment on column ledger.tender.commitment is 'The draft commitment that the 執行伺 made: it binds the budget for this case. The result takes it down to 契約予定金額 and names the creditor; the contract confirms it.';
comment on column ledger.tender.reserved is 'What the 執行伺 bound (執行予定額), tax included. commitment.amount is what is bound now.';
comment on column ledger.tender.planned_excl is '予定価格 without tax: secret until the opening, so it comes with the result. So does floor_excl, 最低制限価格.';
create index tender_by_budget_line on ledger.tender (fiscal_year, fund, budget_line);

create table ledger.tender_nominee (
    tender_no text not null references ledger.tender,
    seq       int  not null constraint tender_nominee_seq_is_three_digits check (seq between 1 and 999),
    vendor    text not null references ledger.vendor,
    kind      text not null default '1' constraint tender_nominee_kind_is_known check (kind in ('1', '2', '3')),
    reason    text,
    constraint tender_nominee_pk primary key (tender_no, vendor),
    constraint tender_nominee_seq_is_unique unique (tender_no, seq)
);
comment on table ledger.tender_nominee is '選定業者: who may bid in a tender (No. 7 tells them).';
comment on column ledger.tender_nominee.kind is '選定区分: 1 指名, 2 参加資格確認済, 3 見積依頼.';
create index tender_nominee_by_vendor on ledger.tender_nominee (vendor);

create table ledger.bid_result (
    id            bigint generated always as identity constraint bid_result_pk primary key,
    tender_no     text        not null references ledger.tender,
    source        text        not null constraint bid_result_source_is_known check (source in ('ward', 'national')),
    opened_at     timestamptz not null,
    outcome       text        not null constraint bid_result_outcome_is_known check (outcome in ('1', '2', '3', '4', '5')),
    rounds        int,
    planned_excl  bigint,
    floor_excl    bigint,
    survey_excl   bigint,
    winner        text references ledger.vendor,
    creditor      text references ledger.creditor,
    winner_name   text,
    award_excl    bigint,
    award_incl    bigint,
    lottery       boolean,
    decided_on    date,
    content_hash  text        not null,
    tender_before text        not null,
    superseded_by bigint constraint bid_result_superseded_fk references ledger.bid_result deferrable initially deferred,
    batch_id      bigint      not null,
    line          bigint      not null,
    cancelled_at  timestamptz,
    constraint bid_result_award_is_whole check (case when outcome = '1'
        then num_nulls(winner, creditor, winner_name, award_excl, award_incl, decided_on) = 0
        else num_nonnulls(winner, creditor, award_excl, award_incl) = 0 end),
    constraint bid_result_tender_has_one exclude using btree (tender_no with =) where (superseded_by is null and cancelled_at is null)
        deferrable initially deferred
);
comment on table ledger.bid_result is '開札結果: one row an opening. The newest live one of a tender counts; 保留 and 不調 are followed by another.';
comment on column ledger.bid_result.source is 'ward: result and bids of the joint service; national: an award of the national open data, without bids.';
comment on column ledger.bid_result.outcome is '結果区分: 1 落札, 2 不調, 3 中止, 4 取止め, 5 保留.';
comment on column ledger.bid_result.award_incl is '契約予定金額: the award with tax, parts of a yen dropped. The contract (No. 4) must say the same.';
comment on column ledger.bid_result.tender_before is 'State of the tender before: what cancelling its file gives back.';
create index bid_result_by_tender on ledger.bid_result (tender_no, opened_at);
create index bid_result_by_batch on ledger.bid_result (batch_id, line);

create table ledger.bid (
    result_id bigint not null references ledger.bid_result,
    round     int    not null,
    vendor    text   not null references ledger.vendor,
    name      text   not null,
    amount    bigint,
    judgement text   not null constraint bid_judgement_is_known check (judgement in ('1', '2', '3', '4', '5', '6', '7')),
    remark    text,
    line      bigint not null,
    constraint bid_pk primary key (result_id, round, vendor)
);
comment on table ledger.bid is '入札: one row a vendor and round, amounts without tax.';
comment on column ledger.bid.judgement is '判定: 1 落札, 2 落選, 3 辞退, 4 不参, 5 失格, 6 無効, 7 最低制限未満.';
create index bid_by_vendor on ledger.bid (vendor);

create view ledger.standing_bid_result as
select * from ledger.bid_result where superseded_by is null and cancelled_at is null;
comment on view ledger.standing_bid_result is 'The result that counts for each tender.';

create function ledger.award_with_tax(award_excl bigint) returns bigint
language sql immutable parallel safe as $$
    select award_excl * 110 / 100
$$;
comment on function ledger.award_with_tax is '契約予定金額 of a bid without tax: × 110 / 100, parts of a yen dropped.';
