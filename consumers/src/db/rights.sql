-- The rights of the three database roles. Run after the migrations, as often as they are: what a later migration adds is covered.
--
-- The roles cannot log in. An installation gives its own login roles one of them: `create role app login in role renkei_consumer`.
-- Who owns the schema keeps it: no role may create, alter, drop or truncate anything, or touch the list of migrations.
do $$
declare
    writer  text;
    tab     record;
    known   text[] := array['renkei_consumer', 'renkei_console', 'renkei_auditor'];
    schemas text   := 'intake, ledger, export, work, audit';
begin
    -- Roles belong to the whole server: two databases may make them at the same time.
    perform pg_advisory_xact_lock(hashtext('renkei.rights'));
    foreach writer in array known loop
        if to_regrole(writer) is null then
            begin
                execute format('create role %I nologin', writer);
            exception
                when duplicate_object or unique_violation then null;
                when insufficient_privilege then
                    raise warning 'role % is not there and may not be made: create it and migrate again', writer;
                    return;
            end;
        end if;
    end loop;

    -- Begin from nothing, so that what was given by an earlier version is not left over.
    foreach writer in array known loop
        execute format('revoke all on all tables in schema %s, access from %I', schemas, writer);
        execute format('revoke all on all sequences in schema %s, access from %I', schemas, writer);
        execute format('grant usage on schema public, %s to %I', schemas, writer);
        execute format('grant select on _sqlx_migrations to %I', writer);
        execute format('grant select on all tables in schema %s to %I', schemas, writer);
    end loop;

    -- A confirmation, a cancellation, an approval post in the process of the console, through the same functions: what the consumer
    -- may write there, the console may. What is append-only neither may change, whatever triggers say.
    foreach writer in array array['renkei_consumer', 'renkei_console'] loop
        execute format('grant temporary on database %I to %I', current_database(), writer);
        execute format('grant insert on all tables in schema %s to %I', schemas, writer);
        execute format('grant usage, select on all sequences in schema %s to %I', schemas, writer);
        for tab in
            select c.oid::regclass as name
              from pg_class c
             where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text in ('intake', 'ledger', 'export', 'work')
               -- 16: the trigger is for updates, too.
               and not exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                                where t.tgrelid = c.oid and t.tgtype & 16 = 16 and p.proname = 'refuse_change'
                                  -- A trigger with columns or a condition leaves the rest to be written.
                                  and t.tgattr::text = '' and t.tgqual is null)
        loop
            execute format('grant update on %s to %I', tab.name, writer);
        end loop;
        -- A preview replaces the one before, an export of work in progress what it showed last; what was only ever a state (who is
        -- where, which role) and what a cancelled batch alone had brought is taken away again. A test compares this with the SQL.
        execute format('grant delete on intake.finding, ledger.account_role, ledger.creditor, ledger.facility, ledger.institution_file,
                        ledger.organization, ledger.organization_successor, ledger.progress_shown, ledger.reassignment_task,
                        ledger.staff, ledger.staff_payment_event, ledger.staff_posting, ledger.tender_nominee, ledger.transfer_file
                        to %I', writer);
    end loop;

    -- The sealer is the consumer's. Holidays come by import and from the settings page.
    revoke insert on audit.link, audit.seal from renkei_console;
    grant delete on audit.unsealed to renkei_consumer;
    grant delete on ledger.holiday to renkei_consumer, renkei_console;

    -- Who may enter is the console's. Nothing there is deleted but what the purge removes.
    grant usage on schema access to renkei_console, renkei_auditor;
    grant select, insert, update on all tables in schema access to renkei_console;
    grant delete on access.attempt, access.session to renkei_console;

    -- The consumer writes the list of senders down for producers, and asks access.approving() for whom decisions wait (22). It sees
    -- nothing else there.
    grant usage on schema access to renkei_consumer;
    grant select (id, name, sha256, topics, valid_through, revoked_at) on access.sender_token to renkei_consumer;

    -- An auditor sees who may do what, and no secret of anybody's.
    grant select on access.permission, access.attempt to renkei_auditor;
    grant select (login_id, display_name, origin, password_set_at, must_change, totp_proven_at, disabled_at, disabled_by,
                  disabled_reason, lock_lifted_at, created_at, created_by) on access.account to renkei_auditor;
    grant select (login_id, begun_at, seen_at, proven_at, complete, way, address, agent, ended_at, ended_why)
       on access.session to renkei_auditor;
    grant select (id, name, topics, valid_through, why, made_at, made_by, revoked_at, revoked_by, revoked_why)
       on access.sender_token to renkei_auditor;
end $$;
