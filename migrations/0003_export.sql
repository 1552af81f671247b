-- Exports: files that leave, made once, approved by a second person, released once.
--
--   ordered → generated → approved → released → delivered | unknown | void      (and: empty, refused, failed, superseded)
--
-- What must never happen (a payment file that leaves twice, a file changed after approval, a maker who approves) is refused
-- here, in the database, whatever the program above does. Rules that a program maps to sentences carry a constraint name.

create schema export;

create function export.moment(at timestamptz) returns text language sql stable parallel safe as $$
    select to_char(at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"')
$$;
comment on function export.moment is 'A moment as the ward writes it, whatever time zone the session is in.';

create table export.file (
    id             bigint generated always as identity constraint file_pk primary key,
    -- The order's id. The same run asked again is the same rows and the same bytes.
    run            uuid        not null,
    part           int         not null default 1,
    parts          int         not null default 1,
    topic          text        not null,
    profile        text        not null,
    params         jsonb       not null,
    -- The rules it was ordered under: a later change of queues.toml does not loosen a file that waits.
    release_policy text        not null constraint file_release_policy_known
                               check (release_policy in ('automatic', 'operator', 'two_person')),
    once           boolean     not null,
    business_date  date        not null,
    made_by        text        not null constraint file_maker_named check (btrim(made_by) = made_by and made_by <> ''),
    ordered_at     timestamptz not null,
    state          text        not null default 'ordered',
    -- Contents: written once, by the transaction that makes the file; immutable from then on.
    seq_of_day     int         constraint file_seq_of_day_positive check (seq_of_day > 0),
    sha256         text        constraint file_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$'),
    records        bigint,
    count          bigint,
    total          bigint,
    bytes          bigint,
    archive        text,
    file_name      text        constraint file_name_is_a_name check (file_name <> '' and file_name !~ '[/\\[:cntrl:]]'),
    integration_digest text,
    generated_at   timestamptz,
    -- Decisions.
    released_at    timestamptz,
    released_by    text,
    -- By when the partner must have it, as its making and in the end its release say: a bank's hour, so many business days before the
    -- day of the transfers.
    needed_by      timestamptz,
    delivered_at   timestamptz,
    unknown_by     text,
    resolved_by    text,
    resolution     text,
    voided_at      timestamptz,
    voided_by      text,
    void_reason    text,
    void_confirmation text,
    -- Why it is refused, failed or unknown: the sentence (`said`), and where the program says it the code and the values by which
    -- the catalogue tells it (`code`, `detail`).
    problem        jsonb       constraint file_problem_is_said check (problem is null or coalesce(jsonb_typeof(problem -> 'said') = 'string', false)),
    -- When its bytes were given up: only those of a picture of a moment that a later one has overtaken.
    purged_at      timestamptz,
    constraint file_run_once unique (run, part),
    constraint file_part_is_one_of_them check (part between 1 and parts),
    constraint file_number_once unique (topic, business_date, seq_of_day),
    constraint file_made_has_contents check (
        case when state = 'superseded' then true
             when state in ('ordered', 'empty', 'refused', 'failed')
             then num_nonnulls(seq_of_day, sha256, records, count, total, bytes, archive, file_name, integration_digest, generated_at) = 0
             else num_nulls(seq_of_day, sha256, records, count, total, bytes, archive, file_name, integration_digest, generated_at) = 0
        end),
    constraint file_released_is_signed check ((released_at is null) = (released_by is null)),
    constraint file_release_is_final check (state not in ('released', 'delivered', 'unknown') or released_at is not null),
    constraint file_unknown_is_signed check (state <> 'unknown' or unknown_by is not null),
    -- Only the picture of a moment gives way to a later one; what must leave once never does.
    constraint file_purged_is_no_once_only check (purged_at is null or (not once and state in ('delivered', 'superseded', 'void'))),
    constraint file_superseded_is_no_once_only check (state <> 'superseded' or not once),
    constraint file_void_needs_reason check (state <> 'void' or (voided_by is not null and voided_at is not null and btrim(coalesce(void_reason, '')) <> '')),
    constraint file_void_needs_confirmation check (state <> 'void' or released_at is null or btrim(coalesce(void_confirmation, '')) <> '')
);
comment on table export.file is '連携ファイル: one ordered export and its life.';
comment on column export.file.part is 'Of an order that needs several files because the partner takes no more in one: which of them this is. They are made together, in one transaction, and each is approved, released and voided by itself.';
comment on column export.file.parts is 'How many files the order made.';
comment on column export.file.seq_of_day is 'Number of the file within topic and business date; part of the file name.';
comment on column export.file.count is 'Records that carry money (or all, when the layout names no amount).';
comment on column export.file.total is 'Sum of the layout''s amount fields in yen.';
comment on column export.file.archive is 'Key of the bytes in the archive.';
comment on column export.file.unknown_by is 'Who marked it as unknown last; `renkei`: the program, when a delivery was gone.';
comment on column export.file.resolution is 'What the partner confirmed: that it never got the file, so that it may go once more.';
comment on column export.file.void_confirmation is 'What the partner confirmed: that it did not process the file. Needed once the file was released.';
create index file_by_topic on export.file (topic, id desc);
-- The same content leaves once, unless its order says why again (bank.md §6, rule 20). Claims bar the same items; this bars
-- other items that look exactly alike.
create unique index file_same_content_once on export.file (topic, sha256)
    where once and state in ('released', 'delivered', 'unknown') and coalesce(btrim(params ->> 'same_content_reason'), '') = '';
create index file_kept on export.file (topic, generated_at) where purged_at is null and archive is not null;
create index file_by_state on export.file (state, id desc);
create index file_by_release on export.file (topic, profile, released_at desc, id desc) where released_at is not null;

create table export.step (
    before text not null,
    after  text not null,
    why    text not null,
    constraint step_pk primary key (before, after)
);
comment on table export.step is 'Every step a file may take; the trigger file_is_guarded refuses any other.';
insert into export.step values
    ('ordered',   'generated', 'the file was made'),
    ('ordered',   'empty',     'nothing to send'),
    ('ordered',   'refused',   'select.sql or the layout said stop'),
    ('ordered',   'failed',    'an attempt ended with an error; the order may be tried again'),
    ('failed',    'generated', 'tried again'),
    ('failed',    'empty',     'tried again'),
    ('failed',    'refused',   'tried again'),
    ('generated', 'approved',  'a second person saw the totals'),
    ('approved',  'generated', 'the approval died'),
    ('generated', 'released',  'the topic needs no second person'),
    ('approved',  'released',  'released'),
    ('released',  'delivered', 'handed over'),
    ('released',  'unknown',   'nobody knows whether it arrived'),
    ('delivered', 'unknown',   'nobody knows whether the partner took it'),
    ('unknown',   'delivered', 'a person found that it arrived'),
    ('unknown',   'released',  'a person found that it did not arrive: the same bytes are delivered again'),
    ('generated', 'void',      'not wanted'),
    ('approved',  'void',      'not wanted'),
    ('ordered',   'superseded', 'a picture of a moment that has passed: a later order stands behind it'),
    ('failed',    'superseded', 'a picture of a moment that has passed: a later order stands behind it'),
    ('released',  'superseded', 'a later picture has left: this one is not sent any more'),
    ('released',  'void',      'the partner did not process it'),
    ('delivered', 'void',      'the partner did not process it'),
    ('unknown',   'void',      'the partner did not process it');

create table export.claim (
    -- No foreign key: a file has a hundred thousand of these, and claim_is_taken_in_making checks them all at once.
    file_id   bigint  not null,
    topic     text    not null,
    -- Order of the record in the file that carries the item.
    seq       bigint  not null,
    object    text    not null,
    object_id bigint  not null,
    yen       bigint,
    -- The item may be in no other live file of the topic. Topics that are not `once` claim nothing, but keep the lineage.
    live      boolean not null
);
comment on table export.claim is 'What each record of a file carries. A live claim bars the item from every other file of the topic.';
-- The fence against paying twice.
create unique index claim_live_once on export.claim (object, object_id, topic) where live;
create index claim_by_file on export.claim (file_id, seq);
-- The rest of an item's files. A claim is live at first, so making a file does not pay for it.
create index claim_ended_by_object on export.claim (object, object_id) where not live;

create table export.approval (
    id          bigint generated always as identity constraint approval_pk primary key,
    file_id     bigint      not null constraint approval_of_file references export.file (id),
    approver    text        not null constraint approval_approver_named check (btrim(approver) = approver and approver <> ''),
    -- What was approved: exactly these bytes with these totals.
    sha256      text        not null,
    count       bigint      not null,
    total       bigint      not null,
    at          timestamptz not null default clock_timestamp(),
    live        boolean     not null default true,
    dead_reason text,
    constraint approval_death_has_reason check (live or coalesce(dead_reason, '') <> '')
);
comment on table export.approval is '承認: bound to the bytes and totals that were seen; dies with any change.';
create unique index approval_live_once on export.approval (file_id) where live;

create table export.refusal (
    file_id   bigint not null constraint refusal_of_file references export.file (id),
    object    text,
    object_id bigint,
    code      text   not null,
    -- item: this item stays behind, the rest goes. stop: the whole run is refused. bar: the file is made to be looked at, and never leaves.
    severity  text   not null constraint refusal_severity_known check (severity in ('item', 'stop', 'bar')),
    detail    jsonb  not null
);
comment on table export.refusal is 'Items that could not go, with the catalogue code that says why; or why the file as a whole is never released (bar).';
create index refusal_by_file on export.refusal (file_id);

create function export.is_barred(file bigint) returns boolean language sql stable as $$
    select exists (select from export.refusal r where r.file_id = file and r.severity = 'bar')
$$;
comment on function export.is_barred is 'Whether a file was made to be looked at only, such as a trial: nobody is asked to approve it, and it never leaves.';

create table export.delivery (
    id      bigint generated always as identity constraint delivery_pk primary key,
    file_id bigint      not null constraint delivery_of_file references export.file (id),
    -- placing: about to leave for `place`, so that a crash cannot make it leave twice · delivered ·
    -- not_sent: it certainly did not arrive, and is tried again at next_try · refused: the partner said no, a person decides ·
    -- unclear: nobody knows whether it arrived · cleared: a person found that it did not arrive, or mended what the partner
    -- refused, so that it may leave again · download: 再取得 · accepted: a person saw the partner accept it (place: what the partner said)
    kind    text        not null constraint delivery_kind_known
                        check (kind in ('placing', 'delivered', 'not_sent', 'refused', 'unclear', 'cleared', 'download', 'accepted')),
    at      timestamptz not null default clock_timestamp(),
    actor   text        not null,
    place   text        not null,
    sha256  text        not null,
    -- What the partner answered, or why nothing arrived.
    detail   text,
    next_try timestamptz,
    constraint delivery_tried_again_at_a_time check ((kind = 'not_sent') = (next_try is not null))
);
comment on table export.delivery is 'Every time the bytes were handed to somebody, and every try.';
create index delivery_by_file on export.delivery (file_id, id);

-- ── Guards ──────────────────────────────────────────────────────────────────────────────────────────────────────────

create function export.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'export_append_only';
end $$;
create trigger file_stays before delete or truncate on export.file for each statement execute function export.refuse_change();
create trigger claim_stays before delete or truncate on export.claim for each statement execute function export.refuse_change();
create trigger approval_stays before delete or truncate on export.approval for each statement execute function export.refuse_change();
create trigger refusal_stays before update or delete or truncate on export.refusal for each statement execute function export.refuse_change();
create trigger delivery_stays before update or delete or truncate on export.delivery for each statement execute function export.refuse_change();

create function export.same_person(one text, other text) returns boolean language sql immutable parallel safe as $$
    select lower(regexp_replace(normalize(one, NFKC), '\s', '', 'g')) = lower(regexp_replace(normalize(other, NFKC), '\s', '', 'g'))
$$;
comment on function export.same_person is 'SATO, sato and ＳＡＴＯ are one person, and white space (also 全角) makes no other of them.';

-- Called when a file goes to `released`: the two-person rule in one place.
create function export.check_release(f export.file) returns void language plpgsql as $$
declare
    a export.approval;
begin
    if export.is_barred(f.id) then
        raise exception 'file % was made to be looked at and is never released', f.id
            using errcode = 'check_violation', constraint = 'release_is_barred';
    end if;
    if f.release_policy <> 'two_person' then
        return;
    end if;
    select * into a from export.approval where file_id = f.id and live;
    if not found then
        raise exception 'file % needs the approval of a second person before it is released', f.id
            using errcode = 'check_violation', constraint = 'release_needs_approval';
    end if;
    if (a.sha256, a.count, a.total) is distinct from (f.sha256, f.count, f.total) then
        raise exception 'file % is not the file that % approved', f.id, a.approver
            using errcode = 'check_violation', constraint = 'release_matches_approval';
    end if;
    if export.same_person(a.approver, f.made_by) then
        raise exception 'file % was made by %, who cannot approve it', f.id, f.made_by
            using errcode = 'check_violation', constraint = 'approval_not_by_maker';
    end if;
    -- A file the schedule made has no human maker: then approver and releaser must be two persons.
    if f.made_by = 'schedule' and export.same_person(a.approver, f.released_by) then
        raise exception 'file % was made by the schedule and approved by %; another person must release it', f.id, a.approver
            using errcode = 'check_violation', constraint = 'release_by_second_person';
    end if;
end $$;

-- Called when a file of unknown result is to leave once more: two persons in one place, as for the release itself.
create function export.check_redelivery(f export.file) returns void language plpgsql as $$
begin
    if f.release_policy <> 'two_person' then
        return;
    end if;
    if coalesce(btrim(f.resolution), '') = '' or f.resolved_by is null then
        raise exception 'file % leaves once more only on the partner''s confirmation that it never got it', f.id
            using errcode = 'check_violation', constraint = 'redelivery_needs_confirmation';
    end if;
    -- The program marks a delivery that is gone; then whoever released it could be the one who has it.
    if export.same_person(f.resolved_by, case when f.unknown_by = 'renkei' then f.released_by else f.unknown_by end) then
        raise exception 'file % was marked as unknown or released by %; another person must say that it did not arrive', f.id, f.resolved_by
            using errcode = 'check_violation', constraint = 'redelivery_by_second_person';
    end if;
end $$;

create function export.guard_file() returns trigger language plpgsql as $$
begin
    if (old.id, old.run, old.part, old.topic, old.profile, old.params, old.release_policy, old.once, old.business_date, old.made_by, old.ordered_at)
       is distinct from
       (new.id, new.run, new.part, new.topic, new.profile, new.params, new.release_policy, new.once, new.business_date, new.made_by, new.ordered_at) then
        raise exception 'the order of file % cannot be changed', old.id using errcode = 'restrict_violation', constraint = 'file_order_immutable';
    end if;
    if old.sha256 is not null and
       (old.parts, old.seq_of_day, old.sha256, old.records, old.count, old.total, old.bytes, old.archive, old.file_name, old.integration_digest, old.generated_at)
       is distinct from
       (new.parts, new.seq_of_day, new.sha256, new.records, new.count, new.total, new.bytes, new.archive, new.file_name, new.integration_digest, new.generated_at) then
        raise exception 'the contents of file % cannot be changed', old.id using errcode = 'restrict_violation', constraint = 'file_contents_immutable';
    end if;
    if old.purged_at is not null and new.purged_at is distinct from old.purged_at then
        raise exception 'the bytes of file % were given up', old.id using errcode = 'restrict_violation', constraint = 'file_contents_immutable';
    end if;
    -- Giving up the bytes is the one thing that may still happen to a file that has ended.
    if old.purged_at is null and new.purged_at is not null and to_jsonb(new) - 'purged_at' = to_jsonb(old) - 'purged_at' then
        return new;
    end if;
    if old.released_at is not null and (old.released_at, old.released_by) is distinct from (new.released_at, new.released_by) then
        raise exception 'file % was released; that is final', old.id using errcode = 'restrict_violation', constraint = 'file_release_is_final';
    end if;
    if old.state in ('delivered', 'unknown') and new.needed_by is distinct from old.needed_by then
        raise exception 'by when file % is needed was said at its release', old.id using errcode = 'restrict_violation', constraint = 'file_release_is_final';
    end if;
    if old.state in ('void', 'empty', 'refused', 'superseded') then
        raise exception 'file % is %; nothing about it changes any more', old.id, old.state using errcode = 'check_violation', constraint = 'file_step_known';
    end if;
    if old.state = 'unknown' and old.unknown_by is distinct from new.unknown_by then
        raise exception 'who marked file % as unknown cannot be changed', old.id using errcode = 'restrict_violation', constraint = 'file_unknown_is_signed';
    end if;
    if old.state = new.state then
        return new;
    end if;
    if not exists (select from export.step s where s.before = old.state and s.after = new.state) then
        raise exception 'file % cannot go from % to %', old.id, old.state, new.state using errcode = 'check_violation', constraint = 'file_step_known';
    end if;
    if new.state = 'approved' and not exists (select from export.approval a where a.file_id = new.id and a.live) then
        raise exception 'file % has no approval', new.id using errcode = 'check_violation', constraint = 'release_needs_approval';
    end if;
    if new.state = 'generated' and old.state = 'approved' and exists (select from export.approval a where a.file_id = new.id and a.live) then
        raise exception 'file % still has a live approval', new.id using errcode = 'check_violation', constraint = 'file_step_known';
    end if;
    if new.state = 'released' and old.state in ('generated', 'approved') then
        perform export.check_release(new);
    end if;
    if new.state = 'released' and old.state = 'unknown' then
        perform export.check_redelivery(new);
    end if;
    return new;
end $$;
create trigger file_is_guarded before update on export.file for each row execute function export.guard_file();

create function export.guard_new_file() returns trigger language plpgsql as $$
begin
    if new.state <> 'ordered' then
        raise exception 'a file begins as ordered, not as %', new.state using errcode = 'check_violation', constraint = 'file_step_known';
    end if;
    return new;
end $$;
create trigger file_begins_ordered before insert on export.file for each row execute function export.guard_new_file();

-- Void frees the claims, and nothing else does.
create function export.free_claims() returns trigger language plpgsql as $$
begin
    update export.claim set live = false where file_id = new.id and live;
    update export.approval set live = false, dead_reason = 'the file was voided' where file_id = new.id and live;
    return null;
end $$;
create trigger file_void_frees after update of state on export.file
    for each row when (new.state = 'void' and old.state <> 'void') execute function export.free_claims();

create function export.guard_new_claims() returns trigger language plpgsql as $$
begin
    if exists (select from (select distinct file_id, topic, live from added) a
                 left join export.file f on f.id = a.file_id
                where f.id is null or f.state not in ('ordered', 'failed') or f.topic <> a.topic or f.once <> a.live) then
        raise exception 'claims are taken while their file is made, and at no other time'
            using errcode = 'restrict_violation', constraint = 'claim_immutable';
    end if;
    return null;
end $$;
create trigger claim_is_taken_in_making after insert on export.claim
    referencing new table as added for each statement execute function export.guard_new_claims();

create function export.last_that_left(of_file bigint, choices text[]) returns table (id bigint, run uuid, file_name text, released_at timestamptz)
language sql stable as $$
    with before as not materialized (
        select p.id, p.run, p.file_name, p.released_at,
               not exists (select from unnest(choices) c (name) where (p.params ->> c.name) is distinct from (f.params ->> c.name)) as alike
          from export.file f
          join export.file p on p.topic = f.topic and p.profile = f.profile and p.run <> f.run and p.state in ('released', 'delivered', 'unknown')
                            and p.released_at < coalesce(f.released_at, 'infinity')
         where f.id = of_file
    )
    (select b.id, b.run, b.file_name, b.released_at from before b where b.alike order by b.released_at desc, b.id desc limit 1)
    union all
    (select b.id, b.run, b.file_name, b.released_at from before b order by b.released_at desc, b.id desc limit 1)
    limit 1
$$;
comment on function export.last_that_left is 'What a file is compared with: the last one of its topic and profile that left before it. choices: names of parameters that divide orders into kinds (one side of the banks, one 表); one of the same kind comes first, whatever else left since.';

create function export.guard_claims() returns trigger language plpgsql as $$
begin
    if (select count(*) from export.file f where f.state <> 'void' and f.id in (select file_id from before_rows)) > 0
       or exists (select file_id, topic, seq, object, object_id, yen from before_rows
                  except all select file_id, topic, seq, object, object_id, yen from after_rows)
       or exists (select from after_rows where live) then
        raise exception 'a claim ends only when its file is voided, and never changes'
            using errcode = 'restrict_violation', constraint = 'claim_immutable';
    end if;
    return null;
end $$;
create trigger claim_is_guarded after update on export.claim
    referencing old table as before_rows new table as after_rows for each statement execute function export.guard_claims();

create function export.guard_new_approval() returns trigger language plpgsql as $$
declare
    f export.file;
begin
    select * into f from export.file where id = new.file_id for update;
    if f.state <> 'generated' or not new.live then
        raise exception 'file % is %; only a file that was made and waits can be approved', f.id, f.state
            using errcode = 'check_violation', constraint = 'approval_of_waiting_file';
    end if;
    if export.is_barred(f.id) then
        raise exception 'file % was made to be looked at and is never released', f.id
            using errcode = 'check_violation', constraint = 'release_is_barred';
    end if;
    if export.same_person(new.approver, f.made_by) then
        raise exception 'file % was made by %, who cannot approve it', f.id, f.made_by
            using errcode = 'check_violation', constraint = 'approval_not_by_maker';
    end if;
    if (new.sha256, new.count, new.total) is distinct from (f.sha256, f.count, f.total) then
        raise exception 'the approval of file % names other bytes or totals than the file has', f.id
            using errcode = 'check_violation', constraint = 'approval_matches_file';
    end if;
    return new;
end $$;
create trigger approval_is_checked before insert on export.approval for each row execute function export.guard_new_approval();

create function export.guard_approval() returns trigger language plpgsql as $$
begin
    if not old.live or new.live
       or (old.id, old.file_id, old.approver, old.sha256, old.count, old.total, old.at)
          is distinct from (new.id, new.file_id, new.approver, new.sha256, new.count, new.total, new.at) then
        raise exception 'an approval never changes; it can only die' using errcode = 'restrict_violation', constraint = 'approval_immutable';
    end if;
    return new;
end $$;
create trigger approval_is_guarded before update on export.approval for each row execute function export.guard_approval();

-- ── For select.sql ──────────────────────────────────────────────────────────────────────────────────────────────────

create view export.live_claim as
select topic, object, object_id, file_id from export.claim where live;
comment on view export.live_claim is 'Items that are in a live file: select.sql leaves them out.';
