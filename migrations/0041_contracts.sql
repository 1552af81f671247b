-- Contracts (契約) as the electronic contract service concludes them, and what they do to commitments.
--
-- The service says where a document stands, again and again, until it is concluded or given up. Every such notice is a row;
-- what a document or a contract is now is a view of the newest that counts. Cancelling a file takes its notices out.

create table ledger.contract_notice (
    id                bigint generated always as identity constraint contract_notice_pk primary key,
    contract_no       text   not null constraint contract_no_fits check (length(contract_no) between 1 and 12),
    revision          int    not null constraint contract_revision_is_two_digits check (revision between 0 and 99),
    document_id       text   not null,
    status            text   not null constraint contract_status_is_known check (status in ('1', '2', '3', '4', '5')),
    kind              text   not null constraint contract_kind_is_known check (kind in ('1', '2', '3', '4', '9')),
    method            text   not null constraint contract_method_is_known check (method in ('1', '2', '3', '4')),
    negotiated_ground text,
    title             text   not null,
    organization      text   not null,
    creditor          text   not null constraint contract_creditor_fk references ledger.creditor,
    corporate_number  text,
    amount            bigint not null,
    tax               bigint not null,
    tax_rate          int    not null,
    contracted_on     date   not null,
    starts_on         date   not null,
    ends_on           date   not null,
    signed_at         timestamptz,
    multi_year        text   not null constraint contract_multi_year_is_known check (multi_year in ('0', '1', '2', '3')),
    unit_price        boolean not null,
    commitment        text   constraint contract_commitment_fk references ledger.commitment,
    tender_no         text,
    bond              text   not null constraint contract_bond_is_known check (bond in ('0', '1', '2')),
    bond_amount       bigint not null default 0,
    pdf_name          text   not null,
    pdf_sha256        text   not null,
    content_hash      text   not null,
    batch_id          bigint not null,
    line              bigint not null,
    cancelled_at      timestamptz,
    constraint contract_amount_fits_unit_price check (amount >= 0 and (amount = 0) = unit_price),
    constraint contract_term_is_forward check (starts_on <= ends_on),
    constraint contract_concluded_is_signed check (status <> '3' or (signed_at is not null and commitment is not null)),
    constraint contract_negotiated_has_ground check ((method = '3') = (negotiated_ground is not null))
);
comment on table ledger.contract_notice is '契約通知: what the service said of a document of a contract, one row a status. Views: contract_document, contract.';
comment on column ledger.contract_notice.revision is '変更回数: 0 the contract itself, then its changes.';
comment on column ledger.contract_notice.status is '締結状態: 1 送信済, 2 同意待, 3 締結済, 4 却下, 5 取消. Only forward: 1 → 2 → 3, 1 or 2 → 4 or 5.';
comment on column ledger.contract_notice.amount is '契約金額, tax included; of a change: the whole amount after it. 0 for unit prices (単価契約).';
comment on column ledger.contract_notice.multi_year is '年度区分: 0 単年度, 1 債務負担行為, 2 長期継続契約, 3 繰越.';
comment on column ledger.contract_notice.bond_amount is '契約保証金額; in cash (bond = 1) it is off-budget cash.';
comment on column ledger.contract_notice.pdf_sha256 is 'SHA-256 of the concluded document as it was delivered: its bytes are in the archive, see intake.evidence.';
create unique index contract_notice_is_unique on ledger.contract_notice (contract_no, revision, document_id, status) where cancelled_at is null;
create unique index contract_is_concluded_once on ledger.contract_notice (contract_no, revision) where status = '3' and cancelled_at is null;
create index contract_notice_by_batch on ledger.contract_notice (batch_id, line);
create index contract_notice_by_document on ledger.contract_notice (pdf_sha256);
create index contract_notice_by_commitment on ledger.contract_notice (commitment) where commitment is not null;

create view ledger.contract_document as
select distinct on (contract_no, revision, document_id) *
  from ledger.contract_notice where cancelled_at is null
 order by contract_no, revision, document_id, status desc;
comment on view ledger.contract_document is '契約書: each document with the newest of its notices.';

create view ledger.contract as
select distinct on (contract_no) *
  from ledger.contract_notice where status = '3' and cancelled_at is null
 order by contract_no, revision desc;
comment on view ledger.contract is '契約: the concluded contracts, each as its last concluded change left it.';

-- ── Commitments through a batch ──────────────────────────────────────────────────────────────────────────────────────────
-- What a file does to commitments is written down step by step, so that cancelling it gives back exactly what was before.

create table ledger.commitment_step (
    id                bigint generated always as identity constraint commitment_step_pk primary key,
    commitment        text   not null constraint commitment_step_commitment_fk references ledger.commitment,
    batch_id          bigint not null,
    line              bigint not null,
    why               text   not null,
    state_before      text   not null,
    state_after       text   not null,
    amount_before     bigint not null,
    amount_after      bigint not null,
    creditor_before   text,
    creditor_after    text,
    contract_before   text,
    contract_after    text,
    committed_before  date   not null,
    committed_after   date   not null,
    undoes            bigint constraint commitment_step_undoes_fk references ledger.commitment_step constraint commitment_step_is_undone_once unique,
    made_at           timestamptz not null default clock_timestamp()
);
comment on table ledger.commitment_step is '支出負担行為の処理履歴: what a line of a file did to a commitment, before and after. Cancelling the file adds a step that undoes it.';
create index commitment_step_by_commitment on ledger.commitment_step (commitment, id);
create index commitment_step_by_batch on ledger.commitment_step (batch_id);
create trigger commitment_step_is_append_only before update or delete or truncate on ledger.commitment_step
    for each statement execute function ledger.refuse_change();

create function ledger.begin_commitments() returns void
language sql as $$
    select intake.work_table('commitment_wanted',
        'line bigint not null, commitment text primary key, state text not null, delta bigint not null, creditor text, contract_no text,
         committed_on date, why text not null')
$$;
comment on function ledger.begin_commitments is 'Makes the empty temp table commitment_wanted, the input of change_commitments: what one line wants of a commitment. Null creditor, contract number or day: as they are.';

create function ledger.write_commitment_steps(batch bigint, who text) returns bigint
language plpgsql as $$
declare
    changed bigint;
begin
    -- Of several steps of one commitment (undoing a batch that was posted in two runs) the last says what it is then.
    update ledger.commitment c
       set state = s.state_after, amount = s.amount_after, creditor = s.creditor_after, contract_no = s.contract_after,
           committed_on = s.committed_after
      from (select distinct on (commitment) * from pg_temp.commitment_steps order by commitment, step desc) s where s.commitment = c.no;
    get diagnostics changed = row_count;
    insert into ledger.commitment_change (commitment, delta, changed_on, why, batch_id, line)
    select commitment, amount_after - amount_before, changed_on, why, batch, line from pg_temp.commitment_steps
     where amount_after <> amount_before order by step;
    insert into ledger.commitment_step (commitment, batch_id, line, why, state_before, state_after, amount_before, amount_after, creditor_before,
                                        creditor_after, contract_before, contract_after, committed_before, committed_after, undoes)
    select commitment, batch, line, why, state_before, state_after, amount_before, amount_after, creditor_before,
           creditor_after, contract_before, contract_after, committed_before, committed_after, undoes
      from pg_temp.commitment_steps order by step;
    insert into audit.event (actor, action, object, object_id, before, after, reason)
    select who,
           case when undoes is not null then 'commitment.undo'
                when state_after = 'cancelled' then 'commitment.cancel'
                when state_after <> state_before then 'commitment.confirm' else 'commitment.change' end,
           'commitment', commitment,
           jsonb_build_object('state', state_before, 'amount', amount_before, 'creditor', creditor_before, 'contract', contract_before),
           jsonb_build_object('state', state_after, 'amount', amount_after, 'creditor', creditor_after, 'contract', contract_after,
                              'batch', batch, 'line', line), why
      from pg_temp.commitment_steps order by step;
    drop table pg_temp.commitment_steps;
    return changed;
end $$;
comment on function ledger.write_commitment_steps is 'The common end of change_commitments and undo_commitments; reads the temp table commitment_steps, in the order of its column step.';

create function ledger.change_commitments(batch bigint, changed_on date, who text) returns bigint
language plpgsql as $$
declare
    bad record;
begin
    perform from ledger.commitment c where c.no in (select commitment from pg_temp.commitment_wanted) order by c.no for update;
    create temp table commitment_steps on commit drop as
    select row_number() over (order by w.line, w.commitment) as step, w.line, w.commitment, w.why, change_commitments.changed_on, c.state as state_before, w.state as state_after, c.amount as amount_before,
           c.amount + w.delta as amount_after, c.creditor as creditor_before, coalesce(w.creditor, c.creditor) as creditor_after,
           c.contract_no as contract_before, coalesce(w.contract_no, c.contract_no) as contract_after,
           c.committed_on as committed_before, coalesce(w.committed_on, c.committed_on) as committed_after, null::bigint as undoes
      from pg_temp.commitment_wanted w join ledger.commitment c on c.no = w.commitment;
    select s.* into bad from pg_temp.commitment_steps s
     where (s.state_before, s.state_after) not in (('draft', 'draft'), ('draft', 'confirmed'), ('draft', 'cancelled'), ('confirmed', 'confirmed'))
     order by s.line limit 1;
    if found then
        raise exception 'COMMITMENT_STEP_UNKNOWN' using errcode = 'RK012',
            detail = json_build_object('commitment', bad.commitment, 'before', bad.state_before, 'after', bad.state_after);
    end if;
    select s.commitment, s.amount_before - s.amount_after - ledger.commitment_remaining(s.commitment) as missing into bad
      from pg_temp.commitment_steps s
     where s.amount_after < s.amount_before and ledger.commitment_remaining(s.commitment) < s.amount_before - s.amount_after
     order by s.line limit 1;
    if found then
        raise exception 'COMMITMENT_BELOW_ORDERED' using errcode = 'RK012', detail = json_build_object('commitment', bad.commitment, 'missing', bad.missing);
    end if;
    return ledger.write_commitment_steps(batch, who);
end $$;
comment on function ledger.change_commitments is 'Confirms drafts (確定), changes amounts (変更) and cancels reservations (取消) as the temp table commitment_wanted says, with change, step and audit event of each. The budget is checked by the table.';

create function ledger.standing_commitment_steps(batch bigint)
returns table (commitment text, line bigint, step bigint, state_before text, amount_before bigint, state_after text, amount_after bigint, untouched boolean)
language sql stable as $$
    -- A batch that was posted in two runs (a contract, then its change, which waited) has two steps of one commitment: the first says
    -- what it was before, the last what it is, and between them nobody else may have been at work.
    with step as (
        select x.*, lag((x.state_after || ' ' || x.amount_after)) over (partition by x.commitment order by x.id) as left_by_last
          from ledger.commitment_step x
         where x.batch_id = standing_commitment_steps.batch and x.undoes is null
           and not exists (select from ledger.commitment_step u where u.undoes = x.id)
    ), opening as (
        select distinct on (s.commitment) s.* from step s order by s.commitment, s.id
    ), closing as (
        select distinct on (s.commitment) s.* from step s order by s.commitment, s.id desc
    )
    select o.commitment, o.line, o.id, o.state_before, o.amount_before, l.state_after, l.amount_after,
           (c.state, c.amount) = (l.state_after, l.amount_after)
               and not exists (select from step s where s.commitment = o.commitment and s.left_by_last <> s.state_before || ' ' || s.amount_before)
      from opening o join closing l using (commitment) join ledger.commitment c on c.no = o.commitment
$$;
comment on function ledger.standing_commitment_steps is 'What a batch did to each commitment, all its runs together; untouched: it is still what the batch left.';

create function ledger.undo_commitments(batch bigint, changed_on date, who text) returns bigint
language plpgsql as $$
declare
    bad text;
begin
    perform from ledger.commitment c where c.no in (select s.commitment from ledger.commitment_step s where s.batch_id = batch) order by c.no for update;
    -- The last step is undone first.
    create temp table commitment_steps on commit drop as
    select -s.id as step, s.line, s.commitment, '取消 ' || s.why as why, undo_commitments.changed_on, s.state_after as state_before, s.state_before as state_after,
           s.amount_after as amount_before, s.amount_before as amount_after, s.creditor_after as creditor_before, s.creditor_before as creditor_after,
           s.contract_after as contract_before, s.contract_before as contract_after, s.committed_after as committed_before,
           s.committed_before as committed_after, s.id as undoes
      from ledger.commitment_step s
     where s.batch_id = batch and s.undoes is null and not exists (select from ledger.commitment_step u where u.undoes = s.id);
    select k.commitment into bad from ledger.standing_commitment_steps(batch) k where not k.untouched limit 1;
    if found then
        raise exception 'commitment % was changed meanwhile', bad
            using errcode = 'serialization_failure', hint = 'the cancellation is tried again and then sees it';
    end if;
    return ledger.write_commitment_steps(batch, who);
end $$;
comment on function ledger.undo_commitments is 'Gives back what the commitments of a batch were before it. Who calls it has asked for blockers: nothing may be ordered against what comes back as a draft.';

create function ledger.commitment_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
begin
    -- An order or another file may be at work on one of them: the lock waits for it, and what is read afterwards is what it left.
    perform from ledger.commitment c where c.no in (select s.commitment from ledger.commitment_step s where s.batch_id = batch) order by c.no for update;
    return query
    with mine as (
        select * from ledger.standing_commitment_steps(batch)
    )
    select m.line, 'commitment', m.step, 'COMMITMENT_ORDERED', jsonb_build_object('commitment', m.commitment, 'ordered', o.yen)
      from mine m
     cross join lateral (select coalesce(sum(p.amount), 0)::bigint as yen from ledger.payment_order p
                          where p.commitment = m.commitment and p.state <> 'cancelled') o
     where o.yen > case when m.state_before = 'confirmed' then m.amount_before else 0 end
    union all
    select m.line, 'commitment', m.step, 'COMMITMENT_CHANGED_SINCE', jsonb_build_object('commitment', m.commitment) from mine m where not m.untouched
    union all
    -- What was given back to the budget may be bound again by now.
    select min(m.line), 'budget_line', null::bigint, 'COMMITMENT_BUDGET_SPENT',
           jsonb_build_object('budget_line', c.budget_line, 'remaining', b.remaining, 'needed', sum(n.more))
      from mine m join ledger.commitment c on c.no = m.commitment
     cross join lateral (select m.amount_before - case when m.state_after = 'cancelled' then 0 else m.amount_after end as more) n
     cross join lateral (select ledger.budget_remaining(c.fiscal_year, c.fund, c.budget_line) as remaining) b
     group by c.fiscal_year, c.fund, c.budget_line, b.remaining having sum(n.more) > b.remaining;
end $$;
comment on function ledger.commitment_blockers is 'What bars giving back the commitments of a batch. Volatile and locking, so that nothing is ordered between the look and the cancellation.';

-- ── Reading a contract ──────────────────────────────────────────────────────────────────────────────────────────────────
-- check.sql and post.sql must find the same commitment and the same change, so they ask here.

create function ledger.find_contract_commitment(no text, contract_no text, tender_no text) returns table (commitment text, candidates bigint)
language sql stable as $$
    select min(found.no), count(*)
      from (select c.no from ledger.commitment c where c.no = find_contract_commitment.no
            union all
            -- A change is made to the commitment the contract was concluded with.
            select k.commitment from ledger.contract k
             where find_contract_commitment.no is null and k.contract_no = find_contract_commitment.contract_no
            union all
            select t.commitment from ledger.tender t
             where find_contract_commitment.no is null and t.no = find_contract_commitment.tender_no
               and not exists (select from ledger.contract k where k.contract_no = find_contract_commitment.contract_no)
            union all
            select c.no from ledger.commitment c
             where find_contract_commitment.no is null and c.contract_no = find_contract_commitment.contract_no and c.state <> 'cancelled'
               and not exists (select from ledger.contract k where k.contract_no = find_contract_commitment.contract_no)
               and not exists (select from ledger.tender t where t.no = find_contract_commitment.tender_no)) found
$$;
comment on function ledger.find_contract_commitment is 'The commitment of a contract: by its number, else the concluded contract''s, else the tender''s, else the one that names the contract. More than one candidate: a person chooses.';

create function ledger.contract_own_commitment(contract_no text, tender_no text) returns table (commitment text, basis text)
language sql stable as $$
    select k.commitment, 'contract' from ledger.contract k where k.contract_no = contract_own_commitment.contract_no
    union all
    select t.commitment, 'tender' from ledger.tender t
     where t.no = contract_own_commitment.tender_no
       and not exists (select from ledger.contract k where k.contract_no = contract_own_commitment.contract_no)
$$;
comment on function ledger.contract_own_commitment is 'The commitment a contract has whatever its notice says: that of its conclusion, else that of its tender. No row: neither is known.';

create function ledger.bond_day(contracted_on date, today date) returns date
language sql stable as $$
    -- A file that comes after its year was closed: the cash is here all the same, and is booked on the day we hear of it.
    select case when ledger.fiscal_year_takes(ledger.fiscal_year(contracted_on), contracted_on, today) then least(contracted_on, today) else today end
$$;
comment on function ledger.bond_day is '契約保証金の記帳日: the day of the contract, or today when that lies ahead or in a closed year.';

create function ledger.contract_delta(revision int, multi_year text, unit_price boolean, amount bigint, previous bigint, bound bigint) returns bigint
language sql immutable parallel safe as $$
    select case when unit_price then 0
                -- The commitment of a year binds that year's share; it is never more than the contract.
                when multi_year in ('1', '2') then case when revision = 0 then least(amount, bound) - bound else 0 end
                when revision = 0 then amount - bound
                else amount - previous end
$$;
comment on function ledger.contract_delta is 'By how much a concluded contract changes its commitment. bound: what the commitment binds; previous: amount of the contract before this change.';

create function ledger.contract_content(notice jsonb) returns text
language plpgsql immutable parallel safe as $$
begin
    return md5((notice - 'line' - 'sub' - 'grp' - 'pdf_name')::text);
end $$;
comment on function ledger.contract_content is 'Digest of what a notice says, to tell the same one sent again from another one of the same status.';

create function ledger.contract_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
begin
    return query select * from ledger.commitment_blockers(batch);
    return query
    select n.line, 'contract', n.id, 'CONTRACT_CONTINUED',
           jsonb_build_object('contract', n.contract_no, 'revision', n.revision, 'batch', min(later.batch_id))
      from ledger.contract_notice n
      join ledger.contract_notice later on later.contract_no = n.contract_no and later.id > n.id and later.batch_id <> n.batch_id
       and later.cancelled_at is null and (later.revision > n.revision or later.document_id = n.document_id)
     where n.batch_id = batch and n.cancelled_at is null
     group by n.id, n.line, n.contract_no, n.revision;
end $$;
comment on function ledger.contract_blockers is 'What bars the cancellation of a file of contracts: orders against its commitments, or a later notice that stands on it.';
