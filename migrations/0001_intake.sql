-- Intake: what came in, record by record, and what became of it. Every ledger line points back here (batch, line), and a
-- record points at its bytes in the archived file. Nothing here is ever updated but states, counters and decisions.

create schema intake;
comment on schema intake is '受付: deliveries, their records, findings about them, and messages nobody could handle';

-- One delivery: one file, one API call or one direct message --------------------------------------------------------

create table intake.batch (
  id               bigint generated always as identity,
  delivery         uuid not null,
  topic            text not null,
  file             text not null,
  sha256           text not null,
  bytes            bigint not null,
  layout           text not null,
  layout_digest    text not null,
  archive          text not null,
  sender           text not null,
  origin           text not null default '',
  received_at      timestamptz not null,
  created_at       timestamptz not null default now(),
  state            text not null default 'received',
  chunks           int not null,
  chunks_staged    int not null default 0,
  records_read     bigint not null,
  yen_read         bigint not null,
  records_published bigint not null default 0,
  yen_published    bigint not null default 0,
  records_staged   bigint not null default 0,
  yen_staged       bigint not null default 0,
  records_posted   bigint not null default 0,
  yen_posted       bigint not null default 0,
  records_held     bigint not null default 0,
  yen_held         bigint not null default 0,
  records_skipped  bigint not null default 0,
  yen_skipped      bigint not null default 0,
  records_rejected bigint not null default 0,
  yen_rejected     bigint not null default 0,
  faults_total     bigint not null default 0,
  business_date    date,
  staged_at        timestamptz,
  posted_at        timestamptz,
  decided_at       timestamptz,
  decided_by       text,
  reason           text,
  duplicate_of     bigint,
  duplicate_reason text,
  preview          jsonb,
  held_whole       boolean not null default false,
  carriers_posted  bigint not null default 0,
  reply_to         text,
  correlation_id   text,
  shapes           int[] not null default '{}',
  constraint batch_pkey primary key (id),
  constraint batch_delivery_once unique (delivery),
  constraint batch_duplicate_of_known foreign key (duplicate_of) references intake.batch (id),
  constraint batch_state_known check (state in
    ('received', 'staged', 'awaiting_confirmation', 'posted', 'held', 'rejected', 'duplicate', 'cancelled')),
  constraint batch_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint batch_chunks_counted check (chunks >= 1 and chunks_staged between 0 and chunks),
  constraint batch_decision_has_reason check (state <> 'cancelled' or coalesce(reason, '') <> ''),
  constraint batch_duplicate_has_reason check (duplicate_reason is null or duplicate_reason <> ''),
  -- A batch that calls itself done accounts for every staged record and every yen.
  constraint batch_hops_balance check (
    state not in ('posted', 'held', 'rejected', 'cancelled') or chunks_staged < chunks or (
      records_staged = records_posted + records_held + records_skipped + records_rejected
      and yen_staged = yen_posted + yen_held + yen_skipped + yen_rejected)),
  constraint batch_posted_holds_nothing check (state <> 'posted' or (records_held = 0 and yen_held = 0))
) with (fillfactor = 50); -- its counters change once per chunk: room for updates on the same page

comment on table intake.batch is 'One delivery and its life: received, staged, posted | held | awaiting_confirmation | rejected | duplicate | cancelled';
comment on column intake.batch.delivery is 'Id under which it was handed in; the same delivery sent again is the same batch';
comment on column intake.batch.origin is 'Where it came from when it did not come by itself: address and ETag it was fetched with, name and archive key of the zip it lay in';
comment on column intake.batch.records_read is 'Counted by the reader of the file (the envelope''s control total)';
comment on column intake.batch.records_published is 'Summed over the chunks that arrived';
comment on column intake.batch.records_staged is 'Counted in intake.record when the last chunk was there';
comment on column intake.batch.duplicate_reason is 'Why an operator posted a file that was live already; exempts it from batch_one_live_per_file';
comment on column intake.batch.preview is 'Summary of the journal it would make, written when the batch begins to wait for confirmation';
comment on column intake.batch.held_whole is 'Nothing was posted: one finding, or the topic''s rule, holds every line';
comment on column intake.batch.carriers_posted is 'Records posted that carry something of their own: a header or a trailer goes with them and is not counted';
comment on column intake.batch.shapes is 'The shapes (intake.shape) its records are stored in, one per kind of its layout';
comment on column intake.batch.reply_to is 'Queue of a direct publisher that asked for receipts';
comment on column intake.batch.reason is 'Why it is in its state: the refusal in a sentence, or the operator''s reason';

-- The fence against posting a file twice. Rejected and cancelled files may come again.
create unique index batch_one_live_per_file on intake.batch (topic, sha256)
  where state in ('posted', 'held', 'awaiting_confirmation') and duplicate_reason is null;
create index batch_by_topic on intake.batch (topic, id desc);
create index batch_by_day on intake.batch (topic, received_at) include (records_read, yen_read);
-- When a sender was heard of last.
create index batch_by_sender on intake.batch (sender, id desc);
create index batch_by_sha256 on intake.batch (sha256);
create index batch_by_state on intake.batch (state, id desc);

-- The allowed steps, as rows, so that the picture in the documentation and the rule are one thing.
create table intake.batch_step (
  before text not null,
  after  text not null,
  why    text not null,
  constraint batch_step_pkey primary key (before, after)
);
comment on table intake.batch_step is 'Every step a batch may take; anything else is refused by the trigger batch_takes_known_steps';
insert into intake.batch_step values
  ('received', 'staged', 'all chunks are there'),
  ('received', 'rejected', 'refused before it became records'),
  ('received', 'cancelled', 'an operator gives up on a delivery whose chunks never all came'),
  ('staged', 'posted', 'everything posted or skipped'),
  ('staged', 'held', 'at least one line waits for a person'),
  ('staged', 'awaiting_confirmation', 'the topic is posted by an operator'),
  ('staged', 'rejected', 'control totals or checks refused it'),
  ('staged', 'duplicate', 'the same file is live'),
  ('staged', 'cancelled', 'its decision failed, and it is not wanted any more'),
  ('awaiting_confirmation', 'posted', 'confirmed'),
  ('awaiting_confirmation', 'held', 'confirmed; some lines wait'),
  ('awaiting_confirmation', 'rejected', 'confirmed, but the ledger has changed since and the checks refuse it'),
  ('awaiting_confirmation', 'cancelled', 'not wanted'),
  ('held', 'posted', 'the last held line was posted or given up'),
  ('held', 'rejected', 'every line was given up and none was posted'),
  ('held', 'cancelled', 'not wanted; what was posted is reversed'),
  ('posted', 'cancelled', 'reversed'),
  ('duplicate', 'staged', 'an operator posts it on purpose, with a reason');

create function intake.refuse_unknown_step() returns trigger language plpgsql as $$
begin
  if not exists (select from intake.batch_step s where s.before = old.state and s.after = new.state) then
    raise exception 'batch % cannot go from % to %', old.id, old.state, new.state
      using errcode = 'RB001', hint = 'allowed steps are the rows of intake.batch_step';
  end if;
  return new;
end $$;
create trigger batch_takes_known_steps before update of state on intake.batch
  for each row when (old.state is distinct from new.state) execute function intake.refuse_unknown_step();

create function intake.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on %.% is refused: its rows never change', tg_op, tg_table_schema, tg_table_name using errcode = 'RB002';
end $$;
comment on function intake.refuse_change() is 'For statement triggers of append-only tables: costs nothing on insert and copy';
create trigger batch_stays before delete or truncate on intake.batch
  for each statement execute function intake.refuse_change();

-- The inbox ---------------------------------------------------------------------------------------------------------

create table intake.chunk (
  batch_id   bigint not null,
  chunk      int not null,
  message_id text not null,
  records    bigint not null,
  yen        bigint not null,
  bytes      bigint not null,
  staged_at  timestamptz not null default now(),
  constraint chunk_once primary key (batch_id, chunk),
  constraint chunk_of_batch foreign key (batch_id) references intake.batch (id)
);
comment on table intake.chunk is 'Inbox: chunks already staged. Inserted first in the staging transaction, so a copy of the message waits and then finds it';

create function intake.count_chunks(batch bigint) returns boolean
language plpgsql as $$
declare
  expected int;
  arrived  record;
begin
  -- Locked before counting: each statement of this function sees what was committed before it began, so whoever counts last
  -- counts all.
  select b.chunks into expected from intake.batch b where b.id = batch and b.state = 'received' for no key update;
  if not found then
    return false;
  end if;
  select count(*)::int as chunks, coalesce(sum(k.records), 0)::bigint as records, coalesce(sum(k.yen), 0)::bigint as yen
    into arrived from intake.chunk k where k.batch_id = batch;
  update intake.batch b
     set chunks_staged = arrived.chunks,
         records_published = arrived.records,
         yen_published = arrived.yen,
         state = case when arrived.chunks = expected then 'staged' else b.state end,
         staged_at = case when arrived.chunks = expected then now() else b.staged_at end
   where b.id = batch;
  return arrived.chunks = expected;
end $$;
comment on function intake.count_chunks is 'Counts what has arrived of a batch; true for the one who finds it complete, and who decides it. Called after a chunk is committed: a counter in the transaction of the chunk would let only one chunk at a time wait for the disk. Counted anew, not added to: a count that was lost, or is done twice, does no harm.';

create table intake.chunk_copy (
  id         bigint generated always as identity,
  batch_id   bigint not null,
  chunk      int not null,
  message_id text not null,
  seen_at    timestamptz not null default now(),
  constraint chunk_copy_pkey primary key (id),
  constraint chunk_copy_of_chunk foreign key (batch_id, chunk) references intake.chunk (batch_id, chunk)
);
comment on table intake.chunk_copy is 'Chunks that came again and were dropped: redeliveries and republications';
create trigger chunk_never_changes before update or delete or truncate on intake.chunk
  for each statement execute function intake.refuse_change();
create trigger chunk_copy_never_changes before update or delete or truncate on intake.chunk_copy
  for each statement execute function intake.refuse_change();

-- Evidence: documents that came with a file ---------------------------------------------------------------------------

create table intake.evidence (
  batch_id bigint not null,
  name     text not null,
  kind     text not null,
  sha256   text not null,
  bytes    bigint not null,
  archive  text not null,
  named    boolean not null,
  constraint evidence_once primary key (batch_id, name),
  constraint evidence_of_batch foreign key (batch_id) references intake.batch (id),
  constraint evidence_kind_known check (kind in ('pdf', 'png', 'jpeg', 'xlsx', 'ods', 'csv', 'xml')),
  constraint evidence_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint evidence_is_not_empty check (bytes > 0)
);
comment on table intake.evidence is '証拠書類: documents that belong to a delivery, by the name its records give them; the bytes are in the archive';
comment on column intake.evidence.named is 'A record names it. One that nobody names is a finding';
create index evidence_by_sha256 on intake.evidence (sha256);
create trigger evidence_never_changes before update or delete or truncate on intake.evidence
  for each statement execute function intake.refuse_change();

-- The records -------------------------------------------------------------------------------------------------------

-- Names of the values of a kind of record. A record stores its values by position: without repeating 24 keys a row is less
-- than half as long and costs a quarter to stage. A shape never changes, so a record stays readable when its layout moves on.
create table intake.shape (
  id      int generated always as identity,
  topic   text not null,
  layout  text not null,
  kind    text not null,
  columns text[] not null,
  amount  text not null,
  constraint shape_pkey primary key (id),
  constraint shape_once unique (topic, layout, kind, columns, amount)
);
comment on table intake.shape is 'Field ids of a kind of record, in the order of intake.record.c1, c2 …';
comment on column intake.shape.amount is 'The field whose value is the record''s yen; empty: none';
create trigger shape_never_changes before update or delete or truncate on intake.shape
  for each statement execute function intake.refuse_change();

create table intake.record (
  batch_id    bigint not null,
  line        bigint not null,
  byte_offset bigint not null,
  yen         bigint not null,
  byte_length int not null,
  grp         int not null,
  sub         int not null,
  shape       int not null,
  c1 text, c2 text, c3 text, c4 text, c5 text, c6 text, c7 text, c8 text, c9 text, c10 text,
  c11 text, c12 text, c13 text, c14 text, c15 text, c16 text, c17 text, c18 text, c19 text, c20 text,
  c21 text, c22 text, c23 text, c24 text, c25 text, c26 text, c27 text, c28 text, c29 text, c30 text,
  c31 text, c32 text, c33 text, c34 text, c35 text, c36 text, c37 text, c38 text, c39 text, c40 text,
  more        text[],
  constraint record_once primary key (batch_id, line, sub, shape)
);
comment on table intake.record is 'Every record as it came. No foreign key and no row trigger: this table takes 200,000 rows a second';
comment on column intake.record.line is '1-based line of a text file, record number of a fixed-length one';
comment on column intake.record.sub is 'Place in the list of its parent (details of one JSON document), from 1; else 0';
comment on column intake.record.grp is 'Number of the repeated group (header, data, trailer), from 1; 0 where nothing repeats';
comment on column intake.record.yen is 'Value of the kind''s amount field, 0 without one; counted in the control totals';
comment on column intake.record.c1 is 'c1 … c40: its values as text, in the order of its shape''s columns; null: the field is empty';
comment on column intake.record.more is 'The values from the 41st on; null: its shape has no more than 40 columns';

create view intake.record_fields as
select r.batch_id, r.line, r.sub, r.grp, s.kind, r.byte_offset, r.byte_length, r.yen,
       jsonb_strip_nulls(jsonb_object(s.columns, (array[
           r.c1, r.c2, r.c3, r.c4, r.c5, r.c6, r.c7, r.c8, r.c9, r.c10, r.c11, r.c12, r.c13, r.c14, r.c15, r.c16, r.c17, r.c18, r.c19, r.c20,
           r.c21, r.c22, r.c23, r.c24, r.c25, r.c26, r.c27, r.c28, r.c29, r.c30, r.c31, r.c32, r.c33, r.c34, r.c35, r.c36, r.c37, r.c38, r.c39, r.c40]
           || r.more)[1:cardinality(s.columns)])) as fields
  from intake.record r join intake.shape s on s.id = r.shape;
comment on view intake.record_fields is 'Records with the names of their fields, for people';

create trigger record_never_changes before update or delete or truncate on intake.record
  for each statement execute function intake.refuse_change();

create table intake.body (
  batch_id bigint not null,
  body     bytea not null,
  constraint body_pkey primary key (batch_id),
  constraint body_of_batch foreign key (batch_id) references intake.batch (id)
);
comment on table intake.body is 'The bytes of a message published straight to the exchange: it has no file in the archive';
create trigger body_never_changes before update or delete or truncate on intake.body
  for each statement execute function intake.refuse_change();

-- Findings: verdicts of check.sql on lines of a file that can be read -------------------------------------------------

create table intake.finding (
  id          bigint generated always as identity,
  batch_id    bigint not null,
  line        bigint,
  verdict     text not null,
  code        text not null,
  field       text,
  detail      jsonb,
  state       text not null default 'open',
  created_at  timestamptz not null default now(),
  resolved_at timestamptz,
  resolved_by text,
  resolution  text,
  -- The finding whose place it takes: the checks ran again and say the same of the line. Its age and notes go on; it is not listed.
  renews      bigint,
  constraint finding_pkey primary key (id),
  constraint finding_verdict_known check (verdict in ('reject', 'hold', 'skip', 'warn')),
  constraint finding_state_known check (state in ('open', 'resolved', 'noted', 'preview')),
  constraint finding_resolution_signed check (state <> 'resolved' or (resolved_at is not null and resolved_by is not null))
);
comment on table intake.finding is 'What the checks said about a line (line null: about the whole file). A hold is open until somebody resolves it; the rest is noted; preview: found before a confirmation, replaced by what is found then';
create index finding_by_batch on intake.finding (batch_id, line);
create index finding_open on intake.finding (batch_id, line) include (verdict, code, created_at) where state = 'open';
create index finding_open_by_code on intake.finding (code, created_at, id) where state = 'open';
create unique index finding_renews on intake.finding (renews) where renews is not null;
create function intake.check_added_findings() returns trigger
language plpgsql as $$
declare
  unknown bigint;
begin
  -- What a foreign key would say, once: a file sent again may have a hundred thousand findings, and the key was half of their cost.
  select f.batch_id into unknown
    from (select distinct batch_id from added) f where not exists (select from intake.batch b where b.id = f.batch_id) limit 1;
  if found then
    raise exception 'there is no batch %', unknown using errcode = 'foreign_key_violation', constraint = 'finding_of_batch';
  end if;
  return null;
end $$;
create trigger finding_of_batch after insert on intake.finding
  referencing new table as added for each statement execute function intake.check_added_findings();
create trigger finding_stays_of_batch after update on intake.finding
  referencing new table as added for each statement execute function intake.check_added_findings();
create trigger finding_is_not_emptied before truncate on intake.finding
  for each statement execute function intake.refuse_change();

create function intake.keep_findings() returns trigger language plpgsql as $$
begin
  if exists (select from gone where state <> 'preview') then
    raise exception 'a finding is resolved, never deleted' using errcode = 'RB002';
  end if;
  return null;
end $$;
comment on function intake.keep_findings() is 'Only what a preview found goes, when the confirmation finds it anew';
create trigger finding_stays after delete on intake.finding
  referencing old table as gone for each statement execute function intake.keep_findings();

create table intake.finding_note (
  id         bigint generated always as identity,
  finding_id bigint not null,
  owner      text not null,
  note       text not null,
  at         timestamptz not null default clock_timestamp(),
  by         text not null,
  constraint finding_note_pkey primary key (id),
  constraint finding_note_of_finding foreign key (finding_id) references intake.finding (id)
);
comment on table intake.finding_note is 'Who looks after a held line, and what is known of it; the newest counts';
create index finding_note_by_finding on intake.finding_note (finding_id, id desc);
create trigger finding_note_never_changes before update or delete or truncate on intake.finding_note
  for each statement execute function intake.refuse_change();

create table intake.choice (
  id            bigint generated always as identity,
  batch_id      bigint not null,
  line          bigint not null,
  object        text not null,
  chosen        text not null,
  said          jsonb not null,
  codes         text[] not null,
  after_finding bigint not null,
  reason        text not null,
  at            timestamptz not null default clock_timestamp(),
  by            text not null,
  constraint choice_pkey primary key (id),
  constraint choice_of_batch foreign key (batch_id) references intake.batch (id),
  constraint choice_object_known check (object in ('creditor', 'commitment')),
  constraint choice_says_why check (btrim(reason) <> ''),
  constraint choice_is_signed check (btrim(by) <> '')
);
comment on table intake.choice is 'The ledger object a person chose for a held line (債権者, 支出負担行為), beside what the line says, which stays as it came; the newest counts';
comment on column intake.choice.said is 'What the line itself says of it';
comment on column intake.choice.codes is 'Questions about such an object: what was answered of them for the object before is asked again of this one';
comment on column intake.choice.after_finding is 'The last finding of the batch when it was chosen';
create index choice_by_line on intake.choice (batch_id, line, object, id desc);
create trigger choice_never_changes before update or delete or truncate on intake.choice
  for each statement execute function intake.refuse_change();

create function intake.choose(batch bigint, line bigint, object text, chosen text, codes text[], said jsonb, why text, who text) returns void
language plpgsql as $$
declare
  before text := (select c.chosen from intake.choice c
                   where (c.batch_id, c.line, c.object) = (choose.batch, choose.line, choose.object) order by c.id desc limit 1);
begin
  -- Only what a check asks about can be chosen: nobody gives a sound line another payee.
  if not exists (select from intake.finding f
                  where f.batch_id = batch and f.line = choose.line and f.state = 'open' and f.verdict = 'hold' and f.code = any (codes)) then
    raise exception 'line % of batch % does not wait for a % to be chosen', line, batch, object
      using errcode = 'restrict_violation', constraint = 'choice_is_asked_for';
  end if;
  if not (object = 'creditor' and exists (select from ledger.creditor k where k.no = chosen)
          or object = 'commitment' and exists (select from ledger.commitment m where m.no = chosen)) then
    raise exception 'there is no % %', object, chosen using errcode = 'restrict_violation', constraint = 'choice_is_known';
  end if;
  if before is not distinct from chosen then
    raise exception '% was chosen already', chosen using errcode = 'restrict_violation', constraint = 'choice_is_another';
  end if;
  insert into intake.choice (batch_id, line, object, chosen, said, codes, after_finding, reason, by)
  values (batch, line, object, chosen, said, codes, (select max(f.id) from intake.finding f where f.batch_id = batch), why, who);
  perform audit.record(who, 'line.choose', 'batch', batch::text, jsonb_build_object('line', line, 'said', said, 'chosen', before),
                       jsonb_build_object('line', line, 'object', object, 'chosen', chosen), why);
end $$;
comment on function intake.choose is 'A person chooses the ledger object of a held line. Nothing of the line changes; the checks run again with the choice beside it';

-- Faults: why a file was refused before it became records -------------------------------------------------------------

create table intake.fault (
  batch_id   bigint not null,
  seq        int not null,
  code       text not null,
  severity   text not null,
  line       bigint,
  col        int,
  byte       bigint,
  length     int,
  field      text,
  field_name text,
  value      text,
  args       jsonb not null default '[]',
  constraint fault_pkey primary key (batch_id, seq),
  constraint fault_of_batch foreign key (batch_id) references intake.batch (id),
  constraint fault_severity_known check (severity in ('error', 'warning'))
);
comment on table intake.fault is 'Every fault of a refused file, in file order, with place and value; batch.faults_total says how many there were if more';
create trigger fault_never_changes before update or delete or truncate on intake.fault
  for each statement execute function intake.refuse_change();

-- Arrivals: files that should have come ------------------------------------------------------------------------------

create table intake.arrival_missing (
  topic      text not null,
  day        date not null,
  due_at     timestamptz not null,
  noticed_at timestamptz not null default clock_timestamp(),
  constraint arrival_missing_once primary key (topic, day)
);
comment on table intake.arrival_missing is '未着: a topic was due on this day and nothing of it had come by then. Noticed once; a file that comes later does not take it back';
create trigger arrival_missing_never_changes before update or delete or truncate on intake.arrival_missing
  for each statement execute function intake.refuse_change();

-- Failures: messages nobody could handle ------------------------------------------------------------------------------

create table intake.failure (
  id             bigint generated always as identity,
  queue          text not null,
  routing_key    text not null,
  message_id     text not null,
  kind           text not null,
  app_id         text,
  reply_to       text,
  correlation_id text,
  headers        jsonb not null,
  body           bytea not null,
  code           text not null,
  reason         text not null,
  attempts       int not null,
  first_seen     timestamptz not null default now(),
  last_seen      timestamptz not null default now(),
  times_seen     int not null default 1,
  state          text not null default 'open',
  decided_at     timestamptz,
  decided_by     text,
  decision       text,
  run_id         bigint,
  retry_of       bigint,
  handled_at     timestamptz,
  constraint failure_pkey primary key (id),
  constraint failure_retry_of foreign key (retry_of) references intake.failure (id),
  constraint failure_state_known check (state in ('open', 'retried', 'discarded')),
  constraint failure_decision_signed check (state = 'open' or (decided_at is not null and decided_by is not null)),
  constraint failure_discard_has_reason check (state <> 'discarded' or coalesce(decision, '') <> '')
);
comment on table intake.failure is 'Parked messages with their evidence: original bytes, headers, error chain, attempts. Never deleted, only decided';
comment on column intake.failure.run_id is 'The decision about many that decided it; null: it was decided by itself, or is open';
comment on column intake.failure.retry_of is 'The parked message that was sent again and came back as this one';
comment on column intake.failure.handled_at is 'When a consumer was done with it after it was sent again. What is neither handled nor came back is on its way';
create trigger failure_stays before delete or truncate on intake.failure
  for each statement execute function intake.refuse_change();
create unique index failure_one_open_per_message on intake.failure (queue, message_id, coalesce(app_id, ''), sha256(body))
  where state = 'open';
create index failure_by_state on intake.failure (state, id desc);
-- Causes are counted out of this index alone.
create index failure_by_cause on intake.failure (queue, code, id) include (first_seen, last_seen) where state = 'open';
create index failure_by_cause_decided on intake.failure (queue, code, id desc) where state <> 'open';
create index failure_by_run on intake.failure (run_id) where run_id is not null;
create index failure_by_retry on intake.failure (retry_of) where retry_of is not null;
-- Pages that are open learn by the newest of these that something went through.
create index failure_handled on intake.failure (handled_at) where handled_at is not null;

create table intake.failure_note (
  id      bigint generated always as identity,
  queue   text not null,
  code    text not null,
  owner   text not null,
  note    text not null,
  at      timestamptz not null default clock_timestamp(),
  by      text not null,
  constraint failure_note_pkey primary key (id)
);
comment on table intake.failure_note is 'Who looks after the messages of one cause, and what is known of it; the newest counts';
create index failure_note_by_cause on intake.failure_note (queue, code, id desc);
create trigger failure_note_never_changes before update or delete or truncate on intake.failure_note
  for each statement execute function intake.refuse_change();

create table intake.failure_version (
  failure_id bigint not null references intake.failure (id),
  version    int not null constraint failure_version_follows_the_original check (version >= 2),
  body       bytea not null,
  reason     text not null constraint failure_version_says_why check (btrim(reason) <> ''),
  at         timestamptz not null default clock_timestamp(),
  by         text not null,
  constraint failure_version_pkey primary key (failure_id, version)
);
comment on table intake.failure_version is 'Corrected bodies of parked messages. The original is version 1 and stays in intake.failure; a retry sends the newest';
create trigger failure_version_never_changes before update or delete or truncate on intake.failure_version
  for each statement execute function intake.refuse_change();
-- What was parked is evidence: whatever is decided about it, its bytes stay.
create trigger failure_original_stays before update on intake.failure for each row
  when (old.body is distinct from new.body or old.message_id is distinct from new.message_id or old.queue is distinct from new.queue)
  execute function intake.refuse_change();

-- A decision about many messages of one cause is carried out in steps of some hundreds. Each step counts here in the transaction that
-- decides its messages: who is interrupted goes on behind the last of them.
create table intake.failure_run (
  id       bigint generated always as identity,
  key      uuid not null,
  queue    text not null,
  code     text not null,
  action   text not null constraint failure_run_action_known check (action in ('retried', 'discarded')),
  upto     bigint not null,
  wanted   bigint not null constraint failure_run_wants_some check (wanted > 0),
  done     bigint not null default 0,
  failed   bigint not null default 0,
  reached  bigint not null default 0,
  reason   text not null,
  by       text not null constraint failure_run_is_signed check (btrim(by) <> ''),
  at       timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  trouble  text,
  constraint failure_run_pkey primary key (id),
  constraint failure_run_once unique (key),
  constraint failure_run_says_why check (action = 'retried' or btrim(reason) <> ''),
  constraint failure_run_counts check (done + failed <= wanted)
);
comment on table intake.failure_run is 'Decisions about many parked messages of one cause, and how far each has come';
comment on column intake.failure_run.key is 'Of the form: sent twice it is one decision';
comment on column intake.failure_run.upto is 'The newest message the person saw: what was parked later is not decided with it';
comment on column intake.failure_run.reached is 'The last message a step has looked at';
comment on column intake.failure_run.trouble is 'Why it ended before its time, or what the last message said that could not be sent';
create unique index failure_run_one_at_a_time on intake.failure_run (queue, code) where ended_at is null;
alter table intake.failure add constraint failure_of_run foreign key (run_id) references intake.failure_run (id);
create trigger failure_run_stays before delete or truncate on intake.failure_run
  for each statement execute function intake.refuse_change();

-- ── Working tables ──────────────────────────────────────────────────────────────────────────────────────────────────

create function intake.work_table(name text, columns text) returns void
language plpgsql as $$
declare
    -- Up to here old rows are deleted, beyond it the file is cut.
    small    constant int := 65536;
    existing regclass := to_regclass('pg_temp.' || quote_ident(name));
    bytes    bigint;
begin
    if existing is not null and obj_description(existing, 'pg_class') = columns then
        bytes := pg_relation_size(existing);
        if bytes > small then
            execute format('truncate pg_temp.%I', name);
        elsif bytes > 0 then
            execute format('delete from pg_temp.%I', name);
        end if;
        return;
    end if;
    if existing is not null then
        execute format('drop table pg_temp.%I', name);
    end if;
    execute format('create temp table %I (%s)', name, columns);
    execute format('comment on table pg_temp.%I is %L', name, columns);
end $$;
comment on function intake.work_table is 'An empty temp table that lives as long as its session: making one, or having every commit empty it (which cuts its file, its toast table and its indexes), costs most of what a message of one record does. The comment of the table says how it was made.';

create function intake.posted_sum(out records bigint, out yen numeric, out lines numeric)
language plpgsql
-- The newest rows of a large table are found by its index: of them the statistics know nothing.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    sets text := (select string_agg(format(' union all select line, yen from (%s) s', query), '') from pg_temp.posted_set);
begin
    if sets is null then
        select count(*), sum(p.yen), sum(hashint8extended(p.line, p.yen)) into records, yen, lines from pg_temp.posted p;
    else
        execute 'select count(*), sum(a.yen), sum(hashint8extended(a.line, a.yen)) from (select line, yen from pg_temp.posted' || sets || ') a'
           into records, yen, lines;
    end if;
end $$;
comment on function intake.posted_sum is 'Count, yen and a sum of hashes of (line, yen) of what post.sql says it posted: the rows of posted, and those the queries in posted_set give.';

create function intake.spell_out_posted() returns void
language plpgsql as $$
declare
    set record;
begin
    for set in select query from pg_temp.posted_set loop
        execute format('insert into pg_temp.posted (line, object, object_id, yen) select line, object, object_id, yen from (%s) s', set.query);
    end loop;
    delete from pg_temp.posted_set;
end $$;
comment on function intake.spell_out_posted is 'Puts what the queries in posted_set give into posted, where it can be compared line by line.';

create function intake.work_batch() returns void
language plpgsql as $$
begin
    -- The one working table that must be empty as soon as its transaction ends: it says that a batch is being posted.
    if to_regclass('pg_temp.batch') is null then
        create temp table batch (id bigint, topic text, delivery uuid, file text, layout text, received_at timestamptz, business_date date,
            actor text, again boolean) on commit delete rows;
    end if;
end $$;
comment on function intake.work_batch is 'Makes the temp table batch of a session.';

create function intake.fresh_plans(large boolean) returns void
language plpgsql as $$
declare
    made_for bigint;
begin
    -- A sequence, because it remembers through a rollback, as the plans do.
    if to_regclass('pg_temp.plans_made_for') is null then
        create temp sequence plans_made_for;
        made_for := 0;
    else
        execute 'select last_value from pg_temp.plans_made_for' into made_for;
    end if;
    if large or made_for <> 1 then
        discard plans;
        perform setval('pg_temp.plans_made_for', case when large then 2 else 1 end);
    end if;
end $$;
comment on function intake.fresh_plans is 'Plans are made anew for each large batch, and for the first small one after it: those of the last one knew other sizes. Small batches share theirs: planning would cost most of what a message of one record does.';
