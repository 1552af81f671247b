-- Audit: who did what to which object, when, before and after. Append-only, and sealed into a hash chain.
--
-- An event is written by `audit.record` in the transaction of its effect: both happen or neither. Nothing here takes a lock
-- that two transactions could wait on. A background sealer (one at a time, by advisory lock) gives committed events a
-- position and a hash afterwards. Ids are not commit order: an identity value is drawn before the commit, so a lower id may
-- become visible after a higher one is sealed. The chain therefore runs over positions of its own, drawn by the one sealer.

create schema audit;

create table audit.event (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default clock_timestamp(),
    -- The wall clock's offset where it was written (+09:00): timestamptz alone forgets it.
    at_offset  text        not null default to_char(clock_timestamp(), 'TZH:TZM'),
    actor      text        not null constraint event_actor_named check (actor <> ''),
    action     text        not null constraint event_action_named check (action <> ''),
    object     text        not null constraint event_object_named check (object <> ''),
    object_id  text        not null,
    before     jsonb,
    after      jsonb,
    reason     text,
    -- Through which door: cli, console, consumer, schedule. From the setting `renkei.source`, else the connection's name.
    source     text        not null default coalesce(nullif(current_setting('renkei.source', true), ''),
                                                     nullif(current_setting('application_name', true), ''), 'unknown')
);
comment on table audit.event is 'What was done, append-only. Written by audit.record in the transaction of the effect.';
create index event_by_object on audit.event (object, object_id, id);
create index event_by_time on audit.event (at, id);
create index event_by_actor on audit.event (actor, at, id);
create index event_by_action on audit.event (action, at, id);

-- Events that have no link yet. A queue rather than a watermark: it stays right when transactions commit late, are rolled
-- back, or the database is restored into a cluster with other transaction ids. An event is in exactly one of unsealed, link.
create table audit.unsealed (
    event_id bigint primary key references audit.event (id)
);
comment on table audit.unsealed is 'Committed events that wait for the sealer.';

-- One sealing run: the positions it added and the hash of the last one. The head of the chain is the newest seal; it is also
-- logged, so that a chain cut off at its end can be recognised from outside.
create table audit.seal (
    id             bigint primary key,
    sealed_at      timestamptz not null default clock_timestamp(),
    from_position  bigint      not null,
    to_position    bigint      not null,
    hash           bytea       not null constraint seal_hash_is_sha256 check (length(hash) = 32),
    constraint seal_not_empty check (to_position >= from_position)
);
comment on table audit.seal is 'One batch of the sealer: positions from..to and the hash at its end.';

-- hash = SHA-256(previous hash, position, event in canonical form); consumers/src/audit/canonical.rs defines the form.
create table audit.link (
    position  bigint primary key,
    event_id  bigint not null constraint link_event_once unique references audit.event (id),
    hash      bytea  not null constraint link_hash_is_sha256 check (length(hash) = 32)
);
comment on table audit.link is 'The chain: each sealed event with its position and hash.';

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'audit_append_only';
end $$;

create trigger event_append_only before update or delete or truncate on audit.event
    for each statement execute function audit.refuse_change();
create trigger seal_append_only before update or delete or truncate on audit.seal
    for each statement execute function audit.refuse_change();
create trigger link_append_only before update or delete or truncate on audit.link
    for each statement execute function audit.refuse_change();

-- A trigger, not a line in audit.record: an event inserted by any other way is queued for sealing as well.
create function audit.queue_event() returns trigger language plpgsql as $$
begin
    insert into audit.unsealed (event_id) select id from added;
    return null;
end $$;
create trigger event_queued after insert on audit.event
    referencing new table as added for each statement execute function audit.queue_event();

-- Writes one event. Call it in the transaction of the effect.
create function audit.record(actor text, action text, object text, object_id text, before jsonb, after jsonb, reason text)
    returns void language sql as $$
    insert into audit.event (actor, action, object, object_id, before, after, reason)
    values ($1, $2, $3, $4, $5, $6, $7);
$$;
comment on function audit.record is 'Records who did what to which object, in the transaction of the effect.';
