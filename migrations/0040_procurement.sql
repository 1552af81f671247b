-- Procurement (契約事務): vendors and what they may be selected for, tenders, nominees, results of openings and bids.
--
-- What the joint service says of a vendor is kept version by version. The newest live version of a key counts; cancelling a file
-- takes its versions out, and what was before counts again. Nothing is ever deleted.

-- ── Vendors (業者) ────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.vendor (
    no       text constraint vendor_pk primary key constraint vendor_no_is_ten_digits check (no ~ '^[0-9]{10}$'),
    creditor text constraint vendor_creditor_fk references ledger.creditor,
    linked_by bigint
);
comment on table ledger.vendor is '業者: whom the ward may ask for a bid, by 受付番号. What is known of it is in vendor_registration; the newest of it in the view registered_vendor.';
comment on column ledger.vendor.creditor is 'The creditor that is paid when this vendor wins. Null: nobody has said yet which one.';
comment on column ledger.vendor.linked_by is 'The batch that named the creditor; null: a person did.';
create index vendor_by_linking_batch on ledger.vendor (linked_by) where linked_by is not null;
create index vendor_by_creditor on ledger.vendor (creditor) where creditor is not null;

create table ledger.vendor_registration (
    id             bigint generated always as identity constraint vendor_registration_pk primary key,
    vendor         text        not null,
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
    vendor        text        not null,
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
    vendor        text        not null,
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

create function ledger.check_vendors_known() returns trigger
language plpgsql set enable_nestloop = off as $$
declare
    unknown text;
begin
    -- No lock, as a foreign key would take: vendors are never deleted, and a file of vendors is cancelled under the lock of its topic.
    select min(a.vendor) into unknown from added a where not exists (select from ledger.vendor v where v.no = a.vendor);
    if unknown is not null then
        raise exception 'vendor % is not known', unknown using errcode = 'foreign_key_violation', constraint = tg_table_name || '_vendor_fk';
    end if;
    return null;
end $$;
comment on function ledger.check_vendors_known is 'What a foreign key to the vendor would say, once for all rows of a file.';
create trigger vendor_registration_vendor_is_known after insert on ledger.vendor_registration
    referencing new table as added for each statement execute function ledger.check_vendors_known();
create trigger vendor_registration_vendor_stays_known after update on ledger.vendor_registration
    referencing new table as added for each statement execute function ledger.check_vendors_known();
create trigger vendor_qualification_vendor_is_known after insert on ledger.vendor_qualification
    referencing new table as added for each statement execute function ledger.check_vendors_known();
create trigger vendor_qualification_vendor_stays_known after update on ledger.vendor_qualification
    referencing new table as added for each statement execute function ledger.check_vendors_known();
create trigger vendor_suspension_vendor_is_known after insert on ledger.vendor_suspension
    referencing new table as added for each statement execute function ledger.check_vendors_known();
create trigger vendor_suspension_vendor_stays_known after update on ledger.vendor_suspension
    referencing new table as added for each statement execute function ledger.check_vendors_known();

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
    -- A version speaks of the days from its beginning, or from the end it brings: a renewal that comes before the old period is over
    -- leaves the days until then to the version before it.
    select case
        when not exists (select from ledger.registered_vendor k where k.no = vendor_fault.vendor) then 'VENDOR_UNKNOWN'
        when day >= r.ended_on then 'VENDOR_ENDED'
        when r.id is null or day > r.qualified_to or q.id is null or day > q.valid_to or day >= q.ended_on then 'VENDOR_NOT_QUALIFIED'
        when ledger.vendor_suspended(vendor_fault.vendor, day) then 'VENDOR_SUSPENDED' end
      from (select) asked
      left join lateral (
          select v.id, v.qualified_to, v.ended_on from ledger.vendor_registration v
           where v.vendor = vendor_fault.vendor and v.cancelled_at is null and day >= least(v.qualified_from, v.ended_on)
           order by v.updated_at desc, v.id desc limit 1) r on true
      left join lateral (
          select v.id, v.valid_to, v.ended_on from ledger.vendor_qualification v
           where (v.vendor, v.family, v.category) = (vendor_fault.vendor, vendor_fault.family, vendor_fault.category)
             and v.cancelled_at is null and day >= least(v.valid_from, v.ended_on)
           order by v.updated_at desc, v.id desc limit 1) q on true
$$;
comment on function ledger.vendor_fault is 'Why a vendor cannot be selected for a category on a day; null when it can.';

-- ── What a file of vendors does (No. 6) ───────────────────────────────────────────────────────────────────────────────────

create function ledger.moment(at timestamptz) returns text
language sql immutable parallel safe as $$
    select to_char(at at time zone 'Asia/Tokyo', 'YYYY-MM-DD HH24:MI:SS')
$$;
comment on function ledger.moment is 'A moment as people in the office read it.';

create function ledger.record_content(record text, line bigint, sub int, grp int) returns text
language sql stable parallel safe as $$
    -- The text of a row begins (line,sub,grp, – a bracket, three numbers and three commas before what the record says. As JSON a row
    -- costs three times as much.
    select md5(substr(record, length(concat(line, sub, grp)) + 5))
$$;
comment on function ledger.record_content is 'Digest of what a record of a staged table says (its row as text), without where it stood in its file.';

create function ledger.chain_vendor_versions(batch bigint) returns void
language plpgsql as $$
begin
    -- Most of a first load is the only version of its key: nothing is before or behind it.
    update ledger.vendor_registration r set superseded_by = n.next
      from (select id, lead(id) over (partition by vendor order by updated_at, id) as next
              from ledger.vendor_registration
             where cancelled_at is null
               and vendor in (select m.vendor from ledger.vendor_registration m
                               where m.batch_id = batch
                                 and exists (select from ledger.vendor_registration o where o.vendor = m.vendor and o.id <> m.id))) n
     where n.id = r.id and r.superseded_by is distinct from n.next;
    update ledger.vendor_qualification q set superseded_by = n.next
      from (select id, lead(id) over (partition by vendor, family, category order by updated_at, id) as next
              from ledger.vendor_qualification
             where cancelled_at is null
               and (vendor, family, category) in (select m.vendor, m.family, m.category from ledger.vendor_qualification m
                                                   where m.batch_id = batch
                                                     and exists (select from ledger.vendor_qualification o
                                                                  where (o.vendor, o.family, o.category) = (m.vendor, m.family, m.category) and o.id <> m.id))) n
     where n.id = q.id and q.superseded_by is distinct from n.next;
    update ledger.vendor_suspension s set superseded_by = n.next
      from (select id, lead(id) over (partition by vendor, starts_on order by updated_at, id) as next
              from ledger.vendor_suspension
             where cancelled_at is null
               and (vendor, starts_on) in (select m.vendor, m.starts_on from ledger.vendor_suspension m
                                            where m.batch_id = batch
                                              and exists (select from ledger.vendor_suspension o
                                                           where (o.vendor, o.starts_on) = (m.vendor, m.starts_on) and o.id <> m.id))) n
     where n.id = s.id and s.superseded_by is distinct from n.next;
end $$;
comment on function ledger.chain_vendor_versions is 'Makes the newest live version of each key the one that counts, for the vendors of a batch: after posting it, and after cancelling it.';

-- ── Tenders (案件) ────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.tender_method (
    code         text constraint tender_method_pk primary key constraint tender_method_is_one_digit check (code ~ '^[0-9]$'),
    name         text not null,
    nominee_kind text not null constraint tender_method_nominee_kind_is_known check (nominee_kind in ('1', '2', '3')),
    nominees_min int  not null constraint tender_method_asks_somebody check (nominees_min > 0),
    nominees_max int  constraint tender_method_bounds_are_in_order check (nominees_min <= nominees_max)
);
comment on table ledger.tender_method is '入札方式, and how many vendors it takes at least and at most. The contracts office reads and changes the bounds.';
comment on column ledger.tender_method.nominee_kind is '選定区分 of its vendors: 1 指名, 2 参加資格確認済, 3 見積依頼.';
comment on column ledger.tender_method.nominees_max is 'Null: no bound.';
insert into ledger.tender_method (code, name, nominee_kind, nominees_min, nominees_max) values
    ('1', '一般競争', '2', 1, null), ('2', '希望型指名競争', '1', 3, null), ('3', '指名競争', '1', 3, null), ('4', '見積合せ', '3', 2, null),
    ('5', '特命随意契約', '3', 1, 1);

create table ledger.tender (
    no            text constraint tender_pk primary key constraint tender_no_fits check (length(no) between 1 and 16),
    national_no   text constraint tender_national_no_is_unique unique
                  constraint tender_national_no_is_nineteen_digits check (national_no ~ '^[0-9]{19}$'),
    fiscal_year   int         not null,
    fund          text        not null,
    budget_line   text        not null,
    organization  text        not null,
    family        text        not null constraint tender_family_is_known check (family in ('1', '2')),
    method        text        not null constraint tender_method_fk references ledger.tender_method,
    evaluation    text        not null default 'price' constraint tender_evaluation_is_known check (evaluation in ('price', 'overall')),
    title         text        not null,
    category      text        not null constraint tender_category_is_four_digits check (category ~ '^[0-9]{4}$'),
    grade_range   text        constraint tender_grade_range_is_known check (grade_range ~ '^A?B?C?D?E?X?$' and length(grade_range) between 1 and 5),
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
                  check (state in ('draft', 'approved', 'selected', 'pending', 'awarded', 'failed', 'cancelled')),
    version       int         not null default 1 constraint tender_version_is_positive check (version > 0),
    made_by       text,
    approved_by   text,
    approved_at   timestamptz,
    constraint tender_budget_line_fk foreign key (fiscal_year, fund, budget_line) references ledger.budget_line,
    constraint tender_days_are_in_order check (published_on < (closes_at at time zone 'Asia/Tokyo')::date + 1 and closes_at < opens_at),
    constraint tender_work_is_forward check (work_from <= work_to),
    constraint tender_floor_is_below_planned check (floor_excl <= planned_excl),
    constraint tender_maker_is_not_approver check (approved_by is null or made_by is null or not export.same_person(approved_by, made_by))
) with (fillfactor = 60); -- a tender changes its state three or four times: with room on its page no index is touched
comment on table ledger.tender is '案件: what is put out to tender once the 執行伺 is approved. draft 起案 → approved 決裁 → selected (No. 7 told the vendors) → pending 保留, awarded 落札, failed 不調, cancelled 中止・取止め.';
comment on column ledger.tender.version is '版: rises when an approved tender is opened for change, so that what was told (tender_notice) and what is now can be told apart.';
comment on column ledger.tender.made_by is 'Who made this version, and so may not approve it. Null: registered before renkei.';
comment on column ledger.tender.grade_range is '等級範囲, e.g. AB: the grades a vendor may have. Null: any, also ungraded.';
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
    winner        text,
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
    result_id bigint not null,
    round     int    not null,
    vendor    text   not null,
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
create trigger bid_result_is_kept before delete or truncate on ledger.bid_result for each statement execute function ledger.refuse_deletion();

create function ledger.check_winners() returns trigger
language plpgsql set enable_nestloop = off as $$
declare
    unknown text;
begin
    -- As a foreign key would, here and below: whoever cancels the file that brought a vendor waits for this, or this for him.
    perform from ledger.vendor v where v.no in (select a.winner from added a) order by v.no for key share;
    select min(a.winner) into unknown from added a where a.winner is not null and not exists (select from ledger.vendor v where v.no = a.winner);
    if unknown is not null then
        raise exception 'vendor % is not known', unknown using errcode = 'foreign_key_violation', constraint = 'bid_result_winner_fk';
    end if;
    return null;
end $$;
comment on function ledger.check_winners is 'What a foreign key to the vendor would say, once for all results of a file.';
create trigger bid_result_winner_is_known after insert on ledger.bid_result
    referencing new table as added for each statement execute function ledger.check_winners();
create trigger bid_result_winner_stays_known after update on ledger.bid_result
    referencing new table as added for each statement execute function ledger.check_winners();

create function ledger.check_bids() returns trigger
language plpgsql set enable_nestloop = off as $$
declare
    unknown text;
begin
    perform from ledger.vendor v where v.no in (select a.vendor from added a) order by v.no for key share;
    select min(a.vendor) into unknown from added a where not exists (select from ledger.vendor v where v.no = a.vendor);
    if unknown is not null then
        raise exception 'vendor % is not known', unknown using errcode = 'foreign_key_violation', constraint = 'bid_vendor_fk';
    end if;
    select min(a.result_id)::text into unknown from added a where not exists (select from ledger.bid_result r where r.id = a.result_id);
    if unknown is not null then
        raise exception 'result % of an opening is not known', unknown using errcode = 'foreign_key_violation', constraint = 'bid_result_fk';
    end if;
    return null;
end $$;
comment on function ledger.check_bids is 'What foreign keys to the vendor and the result would say, once for all bids of a file.';
create trigger bid_names_what_is_known after insert on ledger.bid
    referencing new table as added for each statement execute function ledger.check_bids();
create trigger bid_names_what_stays_known after update on ledger.bid
    referencing new table as added for each statement execute function ledger.check_bids();

create view ledger.standing_bid_result as
select * from ledger.bid_result where superseded_by is null and cancelled_at is null;
comment on view ledger.standing_bid_result is 'The result that counts for each tender.';

create function ledger.award_with_tax(award_excl bigint) returns bigint
language sql immutable parallel safe as $$
    select award_excl * 110 / 100
$$;
comment on function ledger.award_with_tax is '契約予定金額 of a bid without tax: × 110 / 100, parts of a yen dropped.';

-- ── Cancelling a file of vendors ──────────────────────────────────────────────────────────────────────────────────────────

create function ledger.creditor_used(creditor text) returns boolean
language plpgsql stable as $$
#variable_conflict use_variable
begin
    return exists (select from ledger.commitment c where c.creditor = creditor_used.creditor)
        or exists (select from ledger.invoice i where i.creditor = creditor_used.creditor)
        or exists (select from ledger.payment_order p where p.creditor = creditor_used.creditor)
        or exists (select from ledger.creditor_account a where a.creditor = creditor_used.creditor)
        or exists (select from ledger.bid_result r where r.creditor = creditor_used.creditor)
        or exists (select from ledger.contract_notice n where n.creditor = creditor_used.creditor)
        or exists (select from ledger.debit_account d where d.creditor = creditor_used.creditor)
        or exists (select from ledger.postage_meter m where m.creditor = creditor_used.creditor)
        or exists (select from ledger.payroll_section p where p.payee = creditor_used.creditor)
        or exists (select from ledger.payroll_section_version p where p.payee = creditor_used.creditor)
        or exists (select from ledger.staff_creditor s where s.creditor = creditor_used.creditor);
end $$;
comment on function ledger.creditor_used is 'Whether anything refers to a creditor, so that it cannot go any more. A new table that refers to creditors is added here (a test asks the catalogue of the database).';

create function ledger.vendor_batch_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
begin
    -- A nomination or a newer version may be under way: who refers to a vendor or creditor waits for these locks.
    perform from ledger.vendor v
      where v.no in (select r.vendor from ledger.vendor_registration r where r.batch_id = batch
                     union select q.vendor from ledger.vendor_qualification q where q.batch_id = batch
                     union select s.vendor from ledger.vendor_suspension s where s.batch_id = batch)
      order by v.no for update;
    perform from ledger.creditor c where c.batch_id = batch order by c.no for update;
    return query
    with mine as (
        select 'vendor_registration' as object, r.id, r.line, r.vendor, n.batch_id as later from ledger.vendor_registration r
          left join ledger.vendor_registration n on n.id = r.superseded_by where r.batch_id = batch and r.cancelled_at is null
        union all
        select 'vendor_qualification', q.id, q.line, q.vendor, n.batch_id from ledger.vendor_qualification q
          left join ledger.vendor_qualification n on n.id = q.superseded_by where q.batch_id = batch and q.cancelled_at is null
        union all
        select 'vendor_suspension', s.id, s.line, s.vendor, n.batch_id from ledger.vendor_suspension s
          left join ledger.vendor_suspension n on n.id = s.superseded_by where s.batch_id = batch and s.cancelled_at is null
    ), brought as (
        -- Vendors that only this batch makes known.
        select r.vendor, min(r.line) as line, min(r.id) as id from ledger.vendor_registration r where r.batch_id = batch and r.cancelled_at is null
           and not exists (select from ledger.vendor_registration o
                            where o.vendor = r.vendor and o.cancelled_at is null and o.batch_id is distinct from batch)
         group by r.vendor
    ), qualified as (
        -- Qualifications that only this batch gives.
        select q.vendor, q.family, q.category, min(q.line) as line, min(q.id) as id
          from ledger.vendor_qualification q where q.batch_id = batch and q.cancelled_at is null
           and not exists (select from ledger.vendor_qualification o
                            where (o.vendor, o.family, o.category) = (q.vendor, q.family, q.category) and o.cancelled_at is null
                              and o.batch_id is distinct from batch)
         group by q.vendor, q.family, q.category
    )
    select m.line, m.object, m.id, 'VENDOR_CHANGED_LATER', jsonb_build_object('vendor', m.vendor, 'batch', m.later)
      from mine m where m.later <> batch
    union all
    select b.line, 'vendor_registration', b.id, 'VENDOR_CHANGED_LATER', jsonb_build_object('vendor', b.vendor, 'batch', min(l.batch_id))
      from brought b
      join (select q.vendor, q.batch_id from ledger.vendor_qualification q where q.cancelled_at is null
            union all select s.vendor, s.batch_id from ledger.vendor_suspension s where s.cancelled_at is null) l
        on l.vendor = b.vendor and l.batch_id <> batch
     group by b.line, b.id, b.vendor
    union all
    select b.line, 'vendor_registration', b.id, 'VENDOR_NOMINATED', jsonb_build_object('vendor', b.vendor, 'tender', min(n.tender_no))
      from brought b join ledger.tender_nominee n on n.vendor = b.vendor group by b.line, b.id, b.vendor
    union all
    select q.line, 'vendor_qualification', q.id, 'VENDOR_NOMINATED', jsonb_build_object('vendor', q.vendor, 'tender', min(t.no))
      from qualified q
      join ledger.tender_nominee n on n.vendor = q.vendor
      join ledger.tender t on t.no = n.tender_no and (t.family, t.category) = (q.family, q.category)
     where not exists (select from brought b where b.vendor = q.vendor)
     group by q.line, q.id, q.vendor
    union all
    select b.line, 'vendor_registration', b.id, 'VENDOR_BID', jsonb_build_object('vendor', b.vendor, 'tender', min(r.tender_no))
      from brought b join ledger.bid i on i.vendor = b.vendor join ledger.bid_result r on r.id = i.result_id and r.cancelled_at is null
     where not exists (select from ledger.tender_nominee n where n.vendor = b.vendor)
     group by b.line, b.id, b.vendor
    union all
    select c.line, 'creditor', null, 'VENDOR_CREDITOR_USED', jsonb_build_object('creditor', c.no, 'name', c.name)
      from ledger.creditor c
     where c.batch_id = batch
       and (ledger.creditor_used(c.no) or exists (select from ledger.vendor v where v.creditor = c.no and v.linked_by is distinct from batch));
end $$;
comment on function ledger.vendor_batch_blockers is 'What bars the cancellation of a file of vendors. Volatile and locking, so that nothing builds on it between the look and the cancellation.';

create function ledger.cancel_vendor_batch(batch bigint) returns void
language plpgsql as $$
begin
    update ledger.vendor_registration set cancelled_at = clock_timestamp() where batch_id = batch and cancelled_at is null;
    update ledger.vendor_qualification set cancelled_at = clock_timestamp() where batch_id = batch and cancelled_at is null;
    update ledger.vendor_suspension set cancelled_at = clock_timestamp() where batch_id = batch and cancelled_at is null;
    perform ledger.chain_vendor_versions(batch);
    update ledger.vendor set creditor = null, linked_by = null where linked_by = batch;
    delete from ledger.creditor where batch_id = batch;
end $$;
comment on function ledger.cancel_vendor_batch is 'Takes the versions of a batch out of what counts, and the creditor candidates it brought away; vendor_batch_blockers has said that nobody uses them.';

-- ── What a result of an opening does (No. 8) ──────────────────────────────────────────────────────────────────────────────

create function ledger.award_without_tax(award_incl bigint) returns bigint
language sql immutable parallel safe as $$
    select x from (select (award_incl * 100 + 109) / 110 as x) smallest where ledger.award_with_tax(x) = award_incl
$$;
comment on function ledger.award_without_tax is 'The one bid without tax that gives 契約予定金額; null where no whole bid does.';

create function ledger.find_bidder(tender text, corporate_number text) returns table (vendor text, candidates bigint)
language sql stable as $$
    select case when count(*) filter (where f.nominated) > 0 then min(f.no) filter (where f.nominated) else min(f.no) end,
           case when count(*) filter (where f.nominated) > 0 then count(*) filter (where f.nominated) else count(*) end
      from (select v.no, exists (select from ledger.tender_nominee n where (n.tender_no, n.vendor) = (find_bidder.tender, v.no)) as nominated
              from ledger.registered_vendor v where v.corporate_number = find_bidder.corporate_number) f
$$;
comment on function ledger.find_bidder is 'The vendor of a 法人番号, a nominee of the tender before any other. More than one candidate: a person chooses.';

create function ledger.result_content(result text, bids text) returns text
language sql immutable parallel safe as $$
    select md5(result || coalesce(bids, ''))
$$;
comment on function ledger.result_content is 'Digest of the digests of a result and its bids, to tell the same sent again from another of the same opening.';

create function ledger.apply_bid_results(results bigint[], changed_on date) returns void
language plpgsql as $$
declare
    other text;
begin
    -- A contract may have confirmed it since the check looked: then the check looks again.
    perform from ledger.commitment c
      where c.no in (select t.commitment from ledger.bid_result r join ledger.tender t on t.no = r.tender_no where r.id = any (results))
      order by c.no for update;
    select c.no into other
      from ledger.bid_result r join ledger.tender t on t.no = r.tender_no join ledger.commitment c on c.no = t.commitment
     where r.id = any (results) and c.state <> 'draft' limit 1;
    if found then
        raise exception 'commitment % is no draft any more', other
            using errcode = 'serialization_failure', hint = 'the result is checked again and then sees it';
    end if;
    update ledger.tender t
       set state = case r.outcome when '1' then 'awarded' when '2' then 'failed' when '5' then 'pending' else 'cancelled' end,
           planned_excl = coalesce(r.planned_excl, t.planned_excl), floor_excl = coalesce(r.floor_excl, t.floor_excl)
      from ledger.bid_result r where r.id = any (results) and t.no = r.tender_no;
    -- 契約差金: what was bound for the case beyond 契約予定金額 is free again. 不調 and 保留 free nothing.
    insert into ledger.commitment_change (commitment, delta, changed_on, why, batch_id, line)
    select c.no, r.award_incl - c.amount, apply_bid_results.changed_on, '契約差金 ' || r.tender_no, r.batch_id, r.line
      from ledger.bid_result r join ledger.tender t on t.no = r.tender_no join ledger.commitment c on c.no = t.commitment
     where r.id = any (results) and r.outcome = '1' and c.amount <> r.award_incl
     order by r.id;
    update ledger.commitment c set amount = r.award_incl, creditor = r.creditor
      from ledger.bid_result r join ledger.tender t on t.no = r.tender_no
     where r.id = any (results) and r.outcome = '1' and c.no = t.commitment;
    update ledger.commitment c set state = 'cancelled'
      from ledger.bid_result r join ledger.tender t on t.no = r.tender_no
     where r.id = any (results) and r.outcome in ('3', '4') and c.no = t.commitment;
end $$;
comment on function ledger.apply_bid_results is 'What results do to their tenders and to the commitments that bind the budget for them.';

create function ledger.bid_result_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
begin
    -- A contract may be on its way, or somebody may bind what was released: both wait for these locks.
    perform from ledger.tender t where t.no in (select r.tender_no from ledger.bid_result r where r.batch_id = batch) order by t.no for update;
    perform from ledger.commitment c
      where c.no in (select t.commitment from ledger.bid_result r join ledger.tender t on t.no = r.tender_no where r.batch_id = batch)
      order by c.no for update;
    perform from ledger.budget_line b
      where (b.fiscal_year, b.fund, b.code) in (select t.fiscal_year, t.fund, t.budget_line
                                                  from ledger.bid_result r join ledger.tender t on t.no = r.tender_no where r.batch_id = batch)
      order by b.fiscal_year, b.fund, b.code for update;
    return query
    with mine as (
        select r.id, r.line, r.tender_no, r.outcome, n.batch_id as later, t.fiscal_year, t.fund, t.budget_line, c.no as commitment, c.state,
               case when r.outcome in ('3', '4') then c.amount
                    else -coalesce((select sum(g.delta) from ledger.commitment_change g where g.commitment = c.no and g.batch_id = batch), 0)::bigint end as released
          from ledger.bid_result r
          join ledger.tender t on t.no = r.tender_no
          join ledger.commitment c on c.no = t.commitment
          left join ledger.bid_result n on n.id = r.superseded_by
         where r.batch_id = batch and r.cancelled_at is null
    ), short as (
        select m.fiscal_year, m.fund, m.budget_line, ledger.budget_remaining(m.fiscal_year, m.fund, m.budget_line) as remaining
          from mine m group by m.fiscal_year, m.fund, m.budget_line
        having sum(m.released) > ledger.budget_remaining(m.fiscal_year, m.fund, m.budget_line)
    )
    select m.line, 'bid_result', m.id, 'BID_RESULT_LATER', jsonb_build_object('tender', m.tender_no, 'batch', m.later) from mine m where m.later is not null
    union all
    select m.line, 'bid_result', m.id, 'BID_RESULT_CONTRACTED', jsonb_build_object('tender', m.tender_no, 'commitment', m.commitment, 'state', m.state)
      from mine m where m.outcome not in ('3', '4') and m.state <> 'draft'
    union all
    select m.line, 'bid_result', m.id, 'BID_RESULT_BUDGET_USED',
           jsonb_build_object('tender', m.tender_no, 'released', m.released, 'remaining', s.remaining, 'budget_line', m.budget_line)
      from mine m join short s using (fiscal_year, fund, budget_line) where m.released > 0;
end $$;
comment on function ledger.bid_result_blockers is 'What bars the cancellation of results. Volatile and locking, so that nothing builds on them between the look and the cancellation.';

create function ledger.cancel_bid_results(batch bigint, changed_on date) returns void
language plpgsql as $$
declare
    results bigint[] := array(select r.id from ledger.bid_result r where r.batch_id = batch and r.cancelled_at is null);
begin
    -- What the commitments bound before: the changes of the batch are taken back one and all.
    create temp table given_back on commit drop as
    select g.commitment, min(g.line) as line, sum(g.delta)::bigint as delta from ledger.commitment_change g
     where g.batch_id = batch group by g.commitment having sum(g.delta) <> 0;
    insert into ledger.commitment_change (commitment, delta, changed_on, why, batch_id, line)
    select b.commitment, -b.delta, cancel_bid_results.changed_on, '開札結果の取消', batch, b.line from given_back b order by b.commitment;
    update ledger.commitment c set amount = c.amount - b.delta from given_back b where c.no = b.commitment;
    drop table given_back;
    update ledger.commitment c set creditor = p.creditor
      from ledger.bid_result r
      join ledger.tender t on t.no = r.tender_no
      left join ledger.bid_result p on p.superseded_by = r.id and p.cancelled_at is null
     where r.id = any (results) and r.outcome = '1' and c.no = t.commitment;
    update ledger.commitment c set state = 'draft'
      from ledger.bid_result r join ledger.tender t on t.no = r.tender_no
     where r.id = any (results) and r.outcome in ('3', '4') and c.no = t.commitment;
    update ledger.tender t set state = r.tender_before, planned_excl = p.planned_excl, floor_excl = p.floor_excl
      from ledger.bid_result r left join ledger.bid_result p on p.superseded_by = r.id and p.cancelled_at is null
     where r.id = any (results) and t.no = r.tender_no;
    update ledger.bid_result set cancelled_at = clock_timestamp() where id = any (results);
    update ledger.bid_result set superseded_by = null where superseded_by = any (results) and cancelled_at is null;
end $$;
comment on function ledger.cancel_bid_results is 'Takes the results of a batch back: tenders and commitments are as before, and an earlier result counts again.';

-- ── Seed: invented vendors and a tender to try things with ────────────────────────────────────────────────────────────────

insert into ledger.vendor (no, creditor) values ('0012345678', '0000000101'), ('0012345679', null), ('0012345680', null);
insert into ledger.vendor_registration (vendor, updated_at, action, legal_form, corporate_number, invoice_number, name, kana, representative_title,
                                        representative, postal_code, prefecture, address, phone, has_agent, locality, small_business, closing_on,
                                        qualified_from, qualified_to, content_hash)
select v.no, '2026-03-20 23:10+09', '1', '1', v.corporate_number, 'T' || v.corporate_number, v.name, v.kana, '代表取締役', v.representative, v.postal_code, '13', v.address,
       '03-0000-0001', false, '1', true, '2025-12-31', '2026-04-01', '2027-08-31', ''
  from (values ('0012345678', '6010901900001', '株式会社砧クリーン', 'カブシキガイシャキヌタクリーン', '砧　太郎', '1570073', '東京都世田谷区砧1-2-3'),
               ('0012345679', '4010901900011', '有限会社玉川メンテ', 'ユウゲンガイシャタマガワメンテ', '玉川　次郎', '1580094', '東京都世田谷区玉川1-2-3'),
               ('0012345680', '3010901900012', '株式会社多摩ビル管理', 'カブシキガイシャタマビルカンリ', '多摩　四郎', '1830001', '東京都府中市浅間町1-2-3'))
       v (no, corporate_number, name, kana, representative, postal_code, address);
insert into ledger.vendor_qualification (vendor, family, category, updated_at, action, preference, grade, valid_from, valid_to, content_hash)
select no, '2', '0101', '2026-03-20 23:10+09', '1', 1, 'A', '2026-04-01', '2027-08-31', '' from ledger.vendor;

insert into ledger.commitment (no, tender_no, fiscal_year, fund, budget_line, organization, title, amount, committed_on, state) values
    ('2026F0000104', '2026-2-000456', 2026, '01', '0201030212', '05020000', '庁舎清掃業務委託', 6050000, '2026-08-20', 'draft');
insert into ledger.tender (no, fiscal_year, fund, budget_line, organization, family, method, title, category, grade_range, place, work_from, work_to,
                           published_on, closes_at, opens_at, has_floor, contact, commitment, reserved, state) values
    ('2026-2-000456', 2026, '01', '0201030212', '05020000', '2', '3', '庁舎清掃業務委託', '0101', 'AB', '世田谷区役所', '2026-10-01', '2027-03-31',
     '2026-09-01', '2026-09-15 17:00+09', '2026-09-18 10:00+09', true, '経理課契約係', '2026F0000104', 6050000, 'selected');
insert into ledger.tender_nominee (tender_no, seq, vendor, kind, reason) values
    ('2026-2-000456', 1, '0012345678', '1', '区内業者'), ('2026-2-000456', 2, '0012345679', '1', '区内業者'), ('2026-2-000456', 3, '0012345680', '1', '実績');
