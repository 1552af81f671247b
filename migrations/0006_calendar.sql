-- What people must do by a time (手動の連携): carry a file, fetch one, decide about a run that was missed.
--
-- Tasks are derived from what is known (a file lies in the outbox, a file is due, a scheduler says that it was not there), each
-- once, and end by what is known (the partner accepted it, the file came, the run was made) or by a person, who signs.

create schema work;

create table work.task (
    id       bigint generated always as identity constraint task_pk primary key,
    kind     text        not null constraint task_kind_known check (kind in ('carry', 'fetch', 'missed_run')),
    topic    text        not null,
    -- What it is about: carry, the delivery into the outbox; fetch, the day; missed_run, the scheduled instant.
    key      text        not null,
    file_id  bigint      constraint task_of_file references export.file (id),
    -- The run the schedule would have ordered.
    run      uuid,
    -- Name of the file where it has one already.
    file     text        not null default '',
    from_whom text      not null,
    to_whom  text        not null,
    -- From when on what ends it counts: a file that came, a delivery that was accepted.
    since_at timestamptz not null,
    due_at   timestamptz not null,
    made_at  timestamptz not null default clock_timestamp(),
    -- When it was noticed that nobody had done it in time: noticed once.
    late_at  timestamptz,
    -- The file that ended it by coming: should it be refused after all, the task is open again.
    batch_id bigint,
    outcome  text        constraint task_outcome_known check (outcome in ('done', 'not_needed')),
    done_at  timestamptz,
    done_by  text,
    note     text        not null default '',
    constraint task_once unique (kind, topic, key),
    constraint task_carries_a_file check ((kind = 'carry') = (file_id is not null)),
    constraint task_is_about_a_run check ((kind = 'missed_run') = (run is not null)),
    constraint task_end_is_signed check (num_nonnulls(outcome, done_at, done_by) in (0, 3) and btrim(done_by) = done_by and done_by <> ''),
    constraint task_ended_by_a_file_was_a_fetch check (batch_id is null or (kind = 'fetch' and outcome = 'done')),
    constraint task_not_needed_says_why check (outcome is distinct from 'not_needed' or btrim(note) <> '')
);
comment on table work.task is 'What a person must do by a time: carry or fetch a file, decide about a missed run. Who ended it, and when, stays.';
comment on column work.task.late_at is 'When it was noticed as late; the audit event of that is written once.';
create index task_open on work.task (due_at, id) where outcome is null;
create index task_of_file on work.task (file_id) where file_id is not null;

create function work.guard_task() returns trigger language plpgsql as $$
begin
    -- What a file ended that did not stand is open again; what a person ended is not.
    if old.batch_id is not null and new.outcome is null and (old.id, old.kind, old.topic, old.key, old.file_id, old.run, old.file, old.from_whom, old.to_whom, old.since_at,
       old.due_at, old.made_at, old.late_at) is not distinct from (new.id, new.kind, new.topic, new.key, new.file_id, new.run, new.file, new.from_whom, new.to_whom, new.since_at,
       new.due_at, new.made_at, new.late_at) then
        return new;
    end if;
    if old.outcome is not null then
        raise exception 'task % was ended by % and does not change any more', old.id, old.done_by
            using errcode = 'restrict_violation', constraint = 'task_end_is_final';
    end if;
    -- Nobody would carry the file any more, and whether the partner has it would stay open for ever.
    if new.outcome = 'not_needed' and old.kind = 'carry'
       and exists (select from export.file f where f.id = old.file_id and f.state = 'delivered')
       and not exists (select from export.delivery d where d.file_id = old.file_id and d.kind = 'cleared' and d.id > old.key::bigint) then
        raise exception 'task % is to carry a file that counts', old.id using errcode = 'restrict_violation', constraint = 'task_carry_of_live_file';
    end if;
    if (old.id, old.kind, old.topic, old.key, old.file_id, old.run, old.file, old.from_whom, old.to_whom, old.since_at, old.due_at, old.made_at)
       is distinct from
       (new.id, new.kind, new.topic, new.key, new.file_id, new.run, new.file, new.from_whom, new.to_whom, new.since_at, new.due_at, new.made_at)
       or old.late_at is not null and new.late_at is distinct from old.late_at then
        raise exception 'task % can only be ended', old.id using errcode = 'restrict_violation', constraint = 'task_immutable';
    end if;
    return new;
end $$;
create trigger task_is_guarded before update on work.task for each row execute function work.guard_task();

create function work.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% stays: % refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'task_stays';
end $$;
create trigger task_stays before delete or truncate on work.task for each statement execute function work.refuse_change();

-- ── Cut-off ─────────────────────────────────────────────────────────────────────────────────────────────────────────

create function export.day_of_order(today date, ordered_at timestamptz, cut_off time, calendar text) returns date
language plpgsql stable as $$
declare
    ordered timestamp := ordered_at at time zone 'Asia/Tokyo';
begin
    if cut_off is null then
        return today;
    end if;
    return ledger.next_business_day(today + case when ordered::date = today and ordered::time > cut_off then 1 else 0 end, calendar);
end $$;
comment on function export.day_of_order is 'The day an order counts for: where the topic has a cut-off, the next business day for an order behind it or on a closed day.';
