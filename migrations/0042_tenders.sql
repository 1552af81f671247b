-- The life of a tender (案件) before its opening: opened, nominated, approved, told (No. 7), opened again for change.
--
-- What the ward tells is a version of a tender with its nominees (版). Approving one queues a notice; a file of No. 7 carries
-- each notice once. 予定価格, 最低制限価格 and 執行予定額 (from which one could compute them) are secret until the opening:
-- what goes out is read from the view public_tender, which does not have them.

create table ledger.tender_notice (
    id          bigint generated always as identity constraint tender_notice_pk primary key,
    tender_no   text        not null constraint tender_notice_tender_fk references ledger.tender,
    version     int         not null,
    state       text        not null default 'queued' constraint tender_notice_state_is_known check (state in ('queued', 'told', 'withdrawn')),
    approved_by text        not null,
    approved_at timestamptz not null default clock_timestamp(),
    file_id     bigint      constraint tender_notice_file_fk references export.file,
    constraint tender_notice_is_one_a_version unique (tender_no, version),
    constraint tender_notice_told_names_its_file check ((state = 'told') = (file_id is not null))
);
comment on table ledger.tender_notice is '選定業者の通知: an approved version of a tender that the joint service is to be told. queued → told (its file was released), or withdrawn (the tender was opened for change or cancelled first).';

create view ledger.public_tender as
select no, version, state, fiscal_year, organization, family, method, title, category, grade_range, place, work_from, work_to, published_on, closes_at, opens_at,
       (closes_at at time zone 'Asia/Tokyo')::date as closes_on, (opens_at at time zone 'Asia/Tokyo')::date as opens_on, has_floor, contact
  from ledger.tender;
comment on view ledger.public_tender is 'What may be told of a tender before its opening: everything but 予定価格, 最低制限価格, 執行予定額 and the commitment that binds it.';

-- ── What bars a tender ───────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.vendor_grade(vendor text, family text, category text, day date) returns text
language sql stable as $$
    select q.grade from ledger.vendor_qualification q
     where (q.vendor, q.family, q.category) = (vendor_grade.vendor, vendor_grade.family, vendor_grade.category)
       and q.cancelled_at is null and day >= least(q.valid_from, q.ended_on)
     order by q.updated_at desc, q.id desc limit 1
$$;
comment on function ledger.vendor_grade is '等級 by the qualification that speaks of a day, the one vendor_fault looks at.';

create function ledger.vendor_suspensions_within(vendor text, first date, last date) returns table (starts_on date, last_on date, reason text)
language sql stable as $$
    select s.starts_on, b.last_on, s.reason
      from ledger.vendor_suspension s
     cross join lateral (select least(s.ends_on, s.ended_on - 1) as last_on) b
     where s.vendor = vendor_suspensions_within.vendor and s.superseded_by is null and s.cancelled_at is null
       and s.starts_on <= last and coalesce(b.last_on, last) >= greatest(s.starts_on, first)
       and (s.local_body is null or s.local_body = (select g.local_body_code from ledger.eltax_agency g))
$$;
comment on function ledger.vendor_suspensions_within is '指名停止 of this ward, or of all bodies, that bars a vendor on any day of a period. last_on null: until it is lifted.';

create function ledger.tender_faults(tenders text[]) returns table (tender_no text, vendor text, code text, detail jsonb)
language sql stable as $$
    with t as materialized (
        select p.*, m.name as method_name, m.nominees_min, m.nominees_max, (select count(*) from ledger.tender_nominee n where n.tender_no = p.no) as nominees
          from ledger.public_tender p join ledger.tender_method m on m.code = p.method
         where p.no = any (tenders)
    ), nominee as materialized (
        select t.*, n.seq, n.vendor, coalesce(r.name, '—') as name, r.corporate_number
          from t join ledger.tender_nominee n on n.tender_no = t.no left join ledger.registered_vendor r on r.no = n.vendor
    ), on_a_day as (
        -- 公表日 and 開札日: another fault on each is two faults, the same one is told of the first.
        select distinct on (f.no, f.vendor, f.code) f.*
          from (select n.*, d.day, case ledger.vendor_fault(n.vendor, n.family, n.category, d.day)
                        when 'VENDOR_UNKNOWN' then 'NOMINEE_UNKNOWN' when 'VENDOR_ENDED' then 'NOMINEE_ENDED'
                        when 'VENDOR_NOT_QUALIFIED' then 'NOMINEE_NOT_QUALIFIED'
                        else case when n.grade_range is not null and strpos(n.grade_range, coalesce(g.grade, ' ')) = 0 then 'NOMINEE_GRADE' end
                    end as code, coalesce(g.grade, '—') as grade
                  from nominee n
                 cross join lateral (values (n.published_on), (n.opens_on)) d (day)
                 cross join lateral (select ledger.vendor_grade(n.vendor, n.family, n.category, d.day) as grade) g) f
         where f.code is not null
         order by f.no, f.vendor, f.code, f.day
    )
    select f.no, f.vendor, f.code, f.detail
      from (select d.no, d.vendor, d.code, d.seq, jsonb_build_object('tender', d.no, 'vendor', d.vendor, 'name', d.name, 'day', d.day,
                       'category', d.family || '-' || d.category, 'grade', d.grade, 'range', d.grade_range) as detail
              from on_a_day d
            union all
            select n.no, n.vendor, 'NOMINEE_SUSPENDED', n.seq,
                   jsonb_build_object('tender', n.no, 'vendor', n.vendor, 'name', n.name, 'from', s.starts_on, 'to', coalesce(s.last_on::text, '—'), 'reason', s.reason,
                                      'published', n.published_on, 'opens', n.opens_on)
              from nominee n cross join lateral ledger.vendor_suspensions_within(n.vendor, n.published_on, n.opens_on) s
            union all
            select n.no, n.vendor, 'NOMINEE_TWICE', n.seq,
                   jsonb_build_object('tender', n.no, 'vendor', n.vendor, 'name', n.name, 'other', o.vendor, 'corporate_number', n.corporate_number)
              from nominee n
             cross join lateral (select min(x.vendor) as vendor from nominee x
                                  where x.no = n.no and x.corporate_number = n.corporate_number and x.seq < n.seq) o
             where o.vendor is not null
            union all
            select t.no, null, r.code, 0, jsonb_build_object('tender', t.no) || r.detail
              from t
             cross join lateral (values
                 ('NOMINEES_TOO_FEW', t.nominees < t.nominees_min, jsonb_build_object('count', t.nominees, 'min', t.nominees_min, 'method', t.method_name)),
                 ('NOMINEES_TOO_MANY', t.nominees > t.nominees_max, jsonb_build_object('count', t.nominees, 'max', t.nominees_max, 'method', t.method_name)),
                 ('TENDER_DAYS_ORDER', not (t.published_on < t.closes_on and t.closes_at < t.opens_at and t.opens_on <= t.work_from and t.work_from <= t.work_to),
                  jsonb_build_object('published', t.published_on, 'closes', ledger.moment(t.closes_at), 'opens', ledger.moment(t.opens_at),
                                     'from', t.work_from, 'to', t.work_to)),
                 ('TENDER_OPENING_HOLIDAY', case when t.opens_on <= (select through from ledger.calendar_horizon)
                                                 then not ledger.is_business_day(t.opens_on, 'office') end,
                  jsonb_build_object('opens', t.opens_on)),
                 -- 08 takes an award of the year only, and what is ordered is done in the year that pays for it, or begins in it.
                 ('TENDER_YEAR', t.opens_on > make_date(t.fiscal_year + 1, 3, 31) or ledger.fiscal_year(t.work_from) <> t.fiscal_year,
                  jsonb_build_object('year', t.fiscal_year, 'opens', t.opens_on, 'from', t.work_from)),
                 ('TENDER_ORGANIZATION_ENDED', not exists (select from ledger.organization o
                                                            where o.code = t.organization and t.published_on between o.valid_from and o.valid_to),
                  jsonb_build_object('organization', t.organization, 'published', t.published_on))) r (code, broken, detail)
             where r.broken) f
     order by f.no, f.seq, f.code
$$;
comment on function ledger.tender_faults is 'Every rule that tenders or their nominees break as they stand: asked before 決裁, when the file is made, and again at its release. vendor null: the tender itself.';

-- ── What the contracts office does ───────────────────────────────────────────────────────────────────────────────────────

create function ledger.refuse_tender(code text, detail jsonb) returns void
language plpgsql as $$
begin
    raise exception using errcode = 'RK070', message = code, detail = detail::text;
end $$;
comment on function ledger.refuse_tender is 'Says no by a code of the catalogue with its arguments.';

create function ledger.lock_tender(tender text, states text[]) returns ledger.tender
language plpgsql as $$
declare
    t ledger.tender;
begin
    select * into t from ledger.tender x where x.no = lock_tender.tender for update;
    if not found then
        perform ledger.refuse_tender('SELECTION_TENDER_UNKNOWN', jsonb_build_object('tender', tender));
    elsif t.state <> all (states) then
        perform ledger.refuse_tender('SELECTION_STATE', jsonb_build_object('tender', tender, 'state', 'tender_' || t.state, 'needed', 'tender_' || array_to_string(states, ' / tender_')));
    end if;
    return t;
end $$;
comment on function ledger.lock_tender is 'The tender, locked, when it is in one of the states; else refused.';

create function ledger.lock_draft_tender(tender text, who text) returns ledger.tender
language plpgsql as $$
declare
    t ledger.tender := ledger.lock_tender(tender, array['draft']);
begin
    -- Whoever changes a draft has made it: he may not approve it.
    update ledger.tender x set made_by = who where x.no = tender;
    return t;
end $$;
comment on function ledger.lock_draft_tender is 'The draft, locked and signed by whoever changes it.';

create sequence ledger.tender_no start 1001;

create function ledger.open_tender(tender jsonb, who text, today date) returns text
language plpgsql as $$
declare
    t         ledger.tender := jsonb_populate_record(null::ledger.tender, tender - array['planned_excl', 'floor_excl', 'version', 'approved_by']);
    remaining bigint := ledger.budget_remaining(t.fiscal_year, t.fund, t.budget_line);
begin
    if remaining is null or not exists (select from ledger.budget_line b
                                         where (b.fiscal_year, b.fund, b.code, b.side) = (t.fiscal_year, t.fund, t.budget_line, 'expenditure')) then
        perform ledger.refuse_tender('SELECTION_BUDGET_LINE', jsonb_build_object('year', t.fiscal_year, 'fund', t.fund, 'budget_line', t.budget_line));
    elsif t.reserved > remaining then
        perform ledger.refuse_tender('SELECTION_OVER_BUDGET',
                                     jsonb_build_object('budget_line', t.budget_line, 'reserved', t.reserved, 'remaining', remaining));
    elsif not exists (select from ledger.organization o where o.code = t.organization and o.can_execute and today between o.valid_from and o.valid_to) then
        perform ledger.refuse_tender('SELECTION_ORGANIZATION', jsonb_build_object('organization', t.organization, 'day', today));
    elsif not (t.published_on <= (t.closes_at at time zone 'Asia/Tokyo')::date and t.closes_at < t.opens_at and t.work_from <= t.work_to) then
        perform ledger.refuse_tender('TENDER_DAYS_ORDER',
            jsonb_build_object('tender', coalesce(t.no, '—'), 'published', t.published_on, 'closes', ledger.moment(t.closes_at),
                               'opens', ledger.moment(t.opens_at), 'from', t.work_from, 'to', t.work_to));
    end if;
    t.no := coalesce(t.no, t.fiscal_year || '-' || t.family || '-' || lpad(nextval('ledger.tender_no')::text, 6, '0'));
    if exists (select from ledger.tender x where x.no = t.no) then
        perform ledger.refuse_tender('SELECTION_NUMBER_TAKEN', jsonb_build_object('tender', t.no));
    end if;
    t.commitment := ledger.next_commitment_no(t.fiscal_year);
    insert into ledger.commitment (no, tender_no, fiscal_year, fund, budget_line, organization, title, amount, committed_on, state)
    values (t.commitment, t.no, t.fiscal_year, t.fund, t.budget_line, t.organization, t.title, t.reserved, today, 'draft');
    insert into ledger.tender (no, national_no, fiscal_year, fund, budget_line, organization, family, method, evaluation, title, category, grade_range, place,
                               work_from, work_to, published_on, closes_at, opens_at, has_floor, contact, commitment, reserved, state, made_by)
    values (t.no, t.national_no, t.fiscal_year, t.fund, t.budget_line, t.organization, t.family, t.method, coalesce(t.evaluation, 'price'), t.title, t.category,
            t.grade_range, t.place, t.work_from, t.work_to, t.published_on, t.closes_at, t.opens_at, coalesce(t.has_floor, false), t.contact,
            t.commitment, t.reserved, 'draft', who);
    perform audit.record(who, 'tender.open', 'tender', t.no, null,
                         jsonb_build_object('title', t.title, 'budget_line', t.budget_line, 'reserved', t.reserved, 'commitment', t.commitment), null);
    return t.no;
end $$;
comment on function ledger.open_tender is '執行伺を起案: a draft tender from an object with the column names, and the draft commitment that binds its budget. Returns 案件番号.';

create function ledger.nominate(tender text, vendors text[], why text, who text) returns void
language plpgsql as $$
declare
    t   ledger.tender := ledger.lock_draft_tender(tender, who);
    bad text;
begin
    select v into bad from unnest(vendors) v where not exists (select from ledger.vendor x where x.no = v) limit 1;
    if found then
        perform ledger.refuse_tender('SELECTION_VENDOR_UNKNOWN', jsonb_build_object('vendor', bad));
    end if;
    select v into bad from unnest(vendors) v
     where exists (select from ledger.tender_nominee n where (n.tender_no, n.vendor) = (t.no, v)) or (select count(*) from unnest(vendors) o where o = v) > 1
     limit 1;
    if found then
        perform ledger.refuse_tender('SELECTION_NOMINATED_ALREADY', jsonb_build_object('tender', t.no, 'vendor', bad));
    end if;
    insert into ledger.tender_nominee (tender_no, seq, vendor, kind, reason)
    select t.no, coalesce((select max(n.seq) from ledger.tender_nominee n where n.tender_no = t.no), 0) + v.place, v.no, m.nominee_kind, nullif(btrim(why), '')
      from unnest(vendors) with ordinality v (no, place) join ledger.tender_method m on m.code = t.method;
    perform audit.record(who, 'tender.nominate', 'tender', t.no, null, jsonb_build_object('vendors', vendors), nullif(btrim(why), ''));
end $$;
comment on function ledger.nominate is '業者を選定: adds vendors to a draft, in this order and with one reason (選定理由). What bars them is said by tender_faults and stops the approval.';

create function ledger.strike_nominees(tender text, vendors text[], why text, who text) returns void
language plpgsql as $$
declare
    t   ledger.tender := ledger.lock_draft_tender(tender, who);
    bad text;
begin
    select v into bad from unnest(vendors) v where not exists (select from ledger.tender_nominee n where (n.tender_no, n.vendor) = (t.no, v)) limit 1;
    if found then
        perform ledger.refuse_tender('SELECTION_NOT_NOMINATED', jsonb_build_object('tender', t.no, 'vendor', bad));
    end if;
    delete from ledger.tender_nominee n where n.tender_no = t.no and n.vendor = any (vendors);
    perform audit.record(who, 'tender.strike', 'tender', t.no, jsonb_build_object('vendors', vendors), null, why);
end $$;
comment on function ledger.strike_nominees is '選定の取消し: takes vendors out of a draft.';

create function ledger.change_tender(tender text, changes jsonb, who text) returns void
language plpgsql as $$
declare
    old ledger.tender := ledger.lock_draft_tender(tender, who);
    new ledger.tender;
begin
    changes := (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(changes)
                 where key in ('national_no', 'evaluation', 'title', 'category', 'grade_range', 'place', 'work_from', 'work_to', 'published_on', 'closes_at',
                               'opens_at', 'has_floor', 'contact'));
    new := jsonb_populate_record(old, changes);
    update ledger.tender t
       set (national_no, evaluation, title, category, grade_range, place, work_from, work_to, published_on, closes_at, opens_at, has_floor, contact)
         = (new.national_no, new.evaluation, new.title, new.category, new.grade_range, new.place, new.work_from, new.work_to, new.published_on,
            new.closes_at, new.opens_at, new.has_floor, new.contact)
     where t.no = tender;
    perform audit.record(who, 'tender.change', 'tender', tender,
                         (select jsonb_object_agg(k.key, to_jsonb(old) -> k.key) from jsonb_object_keys(changes) k (key)), changes, null);
end $$;
comment on function ledger.change_tender is 'Changes what is told of a draft. Budget, amount and method are fixed: cancel it and open another.';

create function ledger.approve_tender(tender text, who text, now timestamptz) returns table (vendor text, code text, detail jsonb)
language plpgsql as $$
declare
    t ledger.tender := ledger.lock_tender(tender, array['draft']);
begin
    if export.same_person(who, t.made_by) then
        perform ledger.refuse_tender('SELECTION_MAKER_APPROVES', jsonb_build_object('tender', tender, 'who', who));
    end if;
    return query
    select f.vendor, f.code, f.detail from ledger.tender_faults(array[tender]) f
    union all
    select null, 'SELECTION_CLOSED', jsonb_build_object('tender', p.no, 'closes', ledger.moment(p.closes_at))
      from ledger.public_tender p where p.no = tender and p.closes_at <= now;
    if found then
        return;
    end if;
    update ledger.tender x set state = 'approved', approved_by = who, approved_at = clock_timestamp() where x.no = tender;
    insert into ledger.tender_notice (tender_no, version, approved_by) values (t.no, t.version, who);
    perform audit.record(who, 'tender.approve', 'tender', tender, jsonb_build_object('state', 'draft'),
                         jsonb_build_object('state', 'approved', 'version', t.version,
                                            'vendors', (select jsonb_agg(n.vendor order by n.seq) from ledger.tender_nominee n where n.tender_no = tender)), null);
end $$;
comment on function ledger.approve_tender is '決裁: a second person approves a draft that breaks no rule, and No. 7 has something to tell. Rows: what bars it; then nothing changed.';

create function ledger.reopen_tender(tender text, why text, who text) returns int
language plpgsql as $$
declare
    t ledger.tender := ledger.lock_tender(tender, array['approved', 'selected', 'failed']);
begin
    update ledger.tender_notice set state = 'withdrawn' where tender_no = tender and state = 'queued';
    update ledger.tender x set state = 'draft', version = t.version + 1, made_by = who, approved_by = null, approved_at = null where x.no = tender;
    perform audit.record(who, 'tender.reopen', 'tender', tender, jsonb_build_object('state', t.state, 'version', t.version),
                         jsonb_build_object('state', 'draft', 'version', t.version + 1), why);
    return t.version + 1;
end $$;
comment on function ledger.reopen_tender is '変更のため起案に戻す: a nominee was suspended, the days moved, or it is put out again after 不調. Returns the new version, which is approved and told anew.';

create function ledger.cancel_tender(tender text, why text, who text) returns void
language plpgsql as $$
declare
    t ledger.tender := ledger.lock_tender(tender, array['draft', 'approved', 'failed']);
begin
    -- What the joint service knows it takes back itself: 取止め comes with No. 8.
    if exists (select from ledger.tender_notice n where n.tender_no = tender and n.state = 'told')
       and not exists (select from ledger.standing_bid_result r where r.tender_no = tender and r.outcome = '2') then
        perform ledger.refuse_tender('SELECTION_CANCEL_TOLD', jsonb_build_object('tender', tender));
    end if;
    update ledger.tender_notice set state = 'withdrawn' where tender_no = tender and state = 'queued';
    update ledger.tender x set state = 'cancelled' where x.no = tender;
    update ledger.commitment set state = 'cancelled' where no = t.commitment and state = 'draft';
    perform audit.record(who, 'tender.cancel', 'tender', tender, jsonb_build_object('state', t.state), jsonb_build_object('state', 'cancelled'), why);
end $$;
comment on function ledger.cancel_tender is '取止め before anybody was told, or after 不調: the budget that was bound is free again.';

-- ── What the release of No. 7 does ───────────────────────────────────────────────────────────────────────────────────────

create function ledger.tell_tenders(notices bigint[], file bigint, who text, now timestamptz) returns void
language plpgsql as $$
declare
    bad     record;
    tenders text[];
begin
    -- No tender is opened for change, and no vendor gets a suspension or another version (its foreign key waits), under the release.
    perform from ledger.tender t where t.no in (select n.tender_no from ledger.tender_notice n where n.id = any (notices)) order by t.no for update;
    perform from ledger.vendor v
      where v.no in (select m.vendor from ledger.tender_nominee m join ledger.tender_notice n using (tender_no) where n.id = any (notices))
      order by v.no for update;
    select n.tender_no, n.version, n.state into bad from ledger.tender_notice n join ledger.tender t on t.no = n.tender_no
     where n.id = any (notices) and (n.state, n.version, t.state) <> ('queued', t.version, 'approved') order by n.id limit 1;
    if found then
        perform ledger.refuse_tender('SELECTION_STALE', jsonb_build_object('tender', bad.tender_no, 'version', bad.version));
    end if;
    tenders := array(select n.tender_no from ledger.tender_notice n where n.id = any (notices));
    select p.no, p.closes_at into bad from ledger.public_tender p where p.no = any (tenders) and p.closes_at <= now order by p.no limit 1;
    if found then
        perform ledger.refuse_tender('SELECTION_CLOSED', jsonb_build_object('tender', bad.no, 'closes', ledger.moment(bad.closes_at)));
    end if;
    select f.code, f.detail into bad from ledger.tender_faults(tenders) f limit 1;
    if found then
        perform ledger.refuse_tender(bad.code, bad.detail);
    end if;
    update ledger.tender_notice set state = 'told', file_id = file where id = any (notices);
    update ledger.tender set state = 'selected' where no = any (tenders);
    insert into audit.event (actor, action, object, object_id, before, after)
    select who, 'tender.select', 'tender', n.tender_no, jsonb_build_object('state', 'approved'),
           jsonb_build_object('state', 'selected', 'version', n.version, 'file', file)
      from ledger.tender_notice n where n.id = any (notices) order by n.id;
end $$;
comment on function ledger.tell_tenders is 'TENDER_SELECTED: the file that carries the notices is released. Every rule is asked again, because days may lie between making and releasing it; 締切 is an hour, not a day.';

create function ledger.take_back_tenders(notices bigint[], who text) returns void
language plpgsql as $$
declare
    bad text;
begin
    perform from ledger.tender t where t.no in (select n.tender_no from ledger.tender_notice n where n.id = any (notices)) order by t.no for update;
    select t.no into bad from ledger.tender t join ledger.tender_notice n on (n.tender_no, n.version) = (t.no, t.version)
     where n.id = any (notices) and n.state = 'told' and t.state not in ('draft', 'approved', 'selected') limit 1;
    if found then
        perform ledger.refuse_tender('SELECTION_RESULT_KNOWN', jsonb_build_object('tender', bad));
    end if;
    insert into audit.event (actor, action, object, object_id, before, after)
    select who, 'tender.unselect', 'tender', n.tender_no, jsonb_build_object('state', 'selected', 'version', n.version, 'file', n.file_id),
           jsonb_build_object('state', 'approved')
      from ledger.tender_notice n join ledger.tender t on t.no = n.tender_no
     where n.id = any (notices) and n.state = 'told' and (t.state, t.version) = ('selected', n.version) order by n.id;
    -- A version that is no longer the tender's need not be told any more.
    update ledger.tender t set state = 'approved' from ledger.tender_notice n
     where n.id = any (notices) and n.state = 'told' and t.no = n.tender_no and (t.state, t.version) = ('selected', n.version);
    update ledger.tender_notice n
       set state = case when (t.state, t.version) = ('approved', n.version) then 'queued' else 'withdrawn' end, file_id = null
      from ledger.tender t where n.id = any (notices) and n.state = 'told' and t.no = n.tender_no;
end $$;
comment on function ledger.take_back_tenders is 'The file was voided after its release: the joint service has nothing, and the notices wait again.';
