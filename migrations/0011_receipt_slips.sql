-- Receipt slips 収入金票 (11): money the banks took over the counter, slip by slip, and the 日計票 that says what a day must come to.
--
-- A slip of 歳入金 becomes a receipt like any other (0010_revenue.sql); 歳出金 (戻入) takes an expense back; 歳入歳出外現金 is money held
-- for others. A slip that cancels another takes that one's receipt back.

insert into ledger.posting_rule (event, name, debit_account, credit_account) values ('EXPENSE_RETURN', '歳出戻入', '1101', null);

-- ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.daily_total (
    id           bigint generated always as identity constraint daily_total_pk primary key,
    handled_on   date   not null,
    bank_branch  text   not null,
    version      int    not null,
    money_kind   text   not null constraint daily_total_money_kind_is_known check (money_kind in ('1', '2', '3')),
    fiscal_year  int    not null,
    fund         text   not null,
    items        bigint not null,
    amount       bigint not null,
    batch_id     bigint not null,
    line         bigint not null,
    cancelled_at timestamptz,
    constraint daily_total_is_stated_once unique (handled_on, bank_branch, version, money_kind, fiscal_year, fund)
);
comment on table ledger.daily_total is '日計票: what a branch took on a day, per 資金区分, 会計年度 and 会計. A corrected one replaces the whole day of its branch under a new version; none is deleted.';
comment on column ledger.daily_total.bank_branch is '取扱店番: bank 4 + branch 3 digits.';
create index daily_total_by_batch on ledger.daily_total (batch_id);

create view ledger.daily_total_in_force as
select t.*
  from ledger.daily_total t
 where t.cancelled_at is null
   and t.version = (select max(x.version) from ledger.daily_total x
                     where (x.handled_on, x.bank_branch) = (t.handled_on, t.bank_branch) and x.cancelled_at is null);
comment on view ledger.daily_total_in_force is 'Of each day and branch the last 日計票 that was not cancelled.';

create table ledger.receipt_slip (
    id           bigint generated always as identity constraint receipt_slip_pk primary key,
    handled_on   date   not null,
    bank_branch  text   not null,
    slip_no      text   collate "C" not null,
    cancel       text   not null constraint receipt_slip_cancel_is_flag check (cancel in ('0', '1')),
    money_kind   text   not null constraint receipt_slip_money_kind_is_known check (money_kind in ('1', '2', '3')),
    fiscal_year  int    not null,
    fund         text   not null,
    budget_line  text,
    organization text   not null,
    assessment_no text,
    notice_no    text,
    payer        text,
    channel      text   not null,
    paid_on      date   not null,
    amount       bigint not null,
    items        bigint not null,
    pdf          text   not null,
    pdf_sha256   text,
    page         bigint not null,
    page_line    bigint not null,
    confidence   bigint not null,
    verifier1    text,
    verifier2    text,
    corrected    text   not null,
    receipt_id   bigint,
    takes_back   bigint,
    batch_id     bigint not null,
    line         bigint not null,
    cancelled_at timestamptz,
    constraint receipt_slip_cancel_signs_amount check (case cancel when '0' then amount > 0 and takes_back is null else amount < 0 and takes_back is not null end)
);
comment on table ledger.receipt_slip is '収入金票 as read from the scan, with who looked at it. Where its money went: receipt_id, or the journal line of the slip itself (戻入, 歳入歳出外現金).';
comment on column ledger.receipt_slip.money_kind is '資金区分: 1 歳入金, 2 歳出金（戻入）, 3 歳入歳出外現金.';
comment on column ledger.receipt_slip.pdf_sha256 is 'Of the scan that came with the file; null when it came without.';
comment on column ledger.receipt_slip.takes_back is 'For a cancelling slip: the slip whose money it takes back.';
comment on column ledger.receipt_slip.cancelled_at is 'When the batch was cancelled; frees the slip number so that the day can come again.';
create unique index receipt_slip_natural_key on ledger.receipt_slip (handled_on, bank_branch, slip_no, cancel) where cancelled_at is null;
create unique index receipt_slip_is_taken_back_once on ledger.receipt_slip (takes_back) where takes_back is not null and cancelled_at is null;
create index receipt_slip_by_number on ledger.receipt_slip (slip_no, bank_branch);
create index receipt_slip_by_page on ledger.receipt_slip (pdf, page);
create index receipt_slip_by_scan on ledger.receipt_slip (pdf_sha256, page) where pdf_sha256 is not null;
create index receipt_slip_by_batch on ledger.receipt_slip (batch_id);

-- ── Which receivable, which slip ────────────────────────────────────────────────────────────────────────────────────

create function ledger.assessment_id(assessment_no text) returns bigint
language sql immutable strict parallel safe as $$
    select case when assessment_no ~ '^[0-9]{4}[A-Z][0-9]{7}$'
                then (ascii(substr(assessment_no, 5, 1)) - 65) * 10000000::bigint + substr(assessment_no, 6)::bigint end
$$;
comment on function ledger.assessment_id is 'The id in a 調定番号 (see assessment_no), null when it is none. Whether there is such an assessment is another question.';

create function ledger.notice_assessment_id(notice_no text) returns bigint
language sql immutable strict parallel safe as $$
    select case when notice_no ~ '^[0-9]{13}-[0-9]{2}$' then substr(notice_no, 5, 9)::bigint end
$$;
comment on function ledger.notice_assessment_id is 'The assessment in a 納入通知書番号 (see slip_no), null when it is none.';

create function ledger.match_slips()
returns table (line bigint, assessment_id bigint, slip_id bigint, cause text, unpaid bigint)
language plpgsql stable
as $$
#variable_conflict use_column
begin
    return query
    with wanted as materialized (
        select s.line, s.assessment_no, s.notice_no, s.fiscal_year, s.fund, s.budget_line, s.money_kind, y.closed,
               ledger.assessment_id(s.assessment_no) as by_no, ledger.notice_assessment_id(s.notice_no) as by_notice
          from pg_temp.staged_slip s
         cross join pg_temp.batch b
         cross join lateral (select not ledger.fiscal_year_takes(s.fiscal_year, s.handled_on, b.business_date) as closed) y
         where s.cancel = '0' and (s.money_kind = '1' or s.money_kind = '2' and (s.budget_line is null or y.closed))
    ), found as (
        select w.*, a.id as no_id, n.id as notice_id, coalesce(a.fiscal_year, n.fiscal_year) as r_year, coalesce(a.fund, n.fund) as r_fund,
               coalesce(a.budget_line, n.budget_line) as r_line, coalesce(a.unpaid, n.unpaid) as r_unpaid,
               coalesce(a.books_year, n.books_year) as k_year, coalesce(a.books_line, n.books_line) as k_line
          from wanted w
          left join ledger.receivable a on a.id = w.by_no and a.assessment_no = w.assessment_no
          left join ledger.receivable n on n.id = w.by_notice and n.fiscal_year::text = left(w.notice_no, 4)
    )
    select f.line, case when c.cause is null then coalesce(f.no_id, f.notice_id) end, p.id, c.cause, f.r_unpaid
      from found f
     cross join lateral (select case
            when f.closed and coalesce(f.k_year, f.fiscal_year) <= f.fiscal_year then 'year closed'
            when f.money_kind = '2' then 'no expenditure line'
            when f.assessment_no is null and f.notice_no is null then 'no number on the slip'
            when f.no_id is null and f.notice_id is null then 'unknown number'
            when f.assessment_no is not null and f.notice_no is not null and f.no_id is distinct from f.notice_id then 'numbers disagree'
            -- A receivable that was carried over is named by its own year and line, or by those it was carried into.
            when (f.r_year, f.r_fund, f.r_line) <> (f.fiscal_year, f.fund, f.budget_line)
                 and (f.k_year, f.r_fund, f.k_line) <> (f.fiscal_year, f.fund, f.budget_line) then 'booked under another line' end as cause) c
      left join ledger.payment_slip p
        on c.cause is null and p.assessment_id = f.by_notice and p.split = 1 and p.issue = right(f.notice_no, 2)::int;
end $$;
comment on function ledger.match_slips is 'For the slips of the file that bring revenue: the receivable their numbers name, or why there is none (then 収入未整理).';

create function ledger.match_cancelling_slips()
returns table (line bigint, original_id bigint, original_line bigint)
language plpgsql stable
as $$
#variable_conflict use_column
begin
    return query
    -- A number comes again from month to month. So slips of one branch, number, amount and account are read in the order of their days like
    -- brackets: a cancelling one closes the last that is still open. Two that cancel thus never find the same slip.
    with cancelling as materialized (
        select distinct s.bank_branch, s.slip_no from pg_temp.staged_slip s where s.cancel = '1'
    ), slip as (
        select null::bigint as id, s.line, s.cancel, s.handled_on, s.bank_branch, s.slip_no, case s.cancel when '0' then s.amount else -s.amount end as yen,
               s.money_kind, s.fiscal_year, s.fund
          from pg_temp.staged_slip s join cancelling c using (bank_branch, slip_no)
         -- What is known already is in the ledger's half, or has taken its slip back there.
         where not exists (select from ledger.receipt_slip k
                            where (k.handled_on, k.bank_branch, k.slip_no, k.cancel) = (s.handled_on, s.bank_branch, s.slip_no, s.cancel) and k.cancelled_at is null)
        union all
        select r.id, null, r.cancel, r.handled_on, r.bank_branch, r.slip_no, r.amount, r.money_kind, r.fiscal_year, r.fund
          from ledger.receipt_slip r join cancelling c using (bank_branch, slip_no)
         where r.cancel = '0' and r.cancelled_at is null and not exists (select from ledger.receipt_slip t where t.takes_back = r.id and t.cancelled_at is null)
    ), placed as (
        select s.*, row_number() over one as place,
               sum(case s.cancel when '0' then 1 else -1 end) over one + case s.cancel when '0' then 0 else 1 end as depth
          from slip s
        window one as (partition by s.bank_branch, s.slip_no, s.yen, s.money_kind, s.fiscal_year, s.fund
                       order by s.handled_on, s.cancel, s.line nulls first rows unbounded preceding)
    ), paired as (
        select p.line, p.cancel, lag(p.cancel) over one as before, lag(p.id) over one as id_before, lag(p.line) over one as line_before
          from placed p
        window one as (partition by p.bank_branch, p.slip_no, p.yen, p.money_kind, p.fiscal_year, p.fund, p.depth order by p.place)
    )
    select p.line, case p.before when '0' then p.id_before end, case p.before when '0' then p.line_before end from paired p where p.cancel = '1';
end $$;
comment on function ledger.match_cancelling_slips is 'For the cancelling slips of the file: the slip of the same branch, number, amount and account that they take back, in the ledger or in the file itself.';

create function ledger.slip_is_in_file(assessment bigint) returns boolean
language plpgsql stable as $$
begin
    return exists (select from ledger.assessment a
                     join ledger.payment_slip p on p.assessment_id = a.id
                     join ledger.slip_notice n on n.slip_id = p.id and n.state = 'queued'
                    where a.id = slip_is_in_file.assessment and a.method = '4' and ledger.slip_notice_is_claimed(n.id));
end $$;
comment on function ledger.slip_is_in_file is 'Whether a file 17 that is not released tells eLTAX of a slip of this receivable: until then nothing that would change the slip is booked.';

-- ── Taking receipts back, and giving them again ─────────────────────────────────────────────────────────────────────

create function ledger.begin_returns() returns void
language plpgsql as $$
begin
    create temp table returned_receipt (
        line         bigint not null,
        receipt_id   bigint not null,
        booked_on    date   not null,
        fiscal_year  int,
        fund         text,
        organization text,
        memo         text
    ) on commit drop;
end $$;
comment on function ledger.begin_returns is 'Makes the temp table that take_back_receipts() reads: which receipts, and the day it is booked. The rest as in incoming_receipt.';

create function ledger.take_back_receipts() returns void
language plpgsql as $$
declare
    batch bigint := (select id from pg_temp.batch);
    today date   := (select business_date from pg_temp.batch);
begin
    perform from ledger.assessment a
     where a.id in (select r.assessment_id from ledger.receipt r join pg_temp.returned_receipt t on t.receipt_id = r.id) order by a.id for update;
    -- Somebody may have settled the money since the check: then the whole thing is tried again and held.
    if exists (select from pg_temp.returned_receipt t join ledger.overpayment o on o.receipt_id = t.receipt_id and o.state in ('refunded', 'appropriated'))
       or exists (select from pg_temp.returned_receipt t join ledger.unallocated_receipt u on u.receipt_id = t.receipt_id and u.state in ('allocated', 'refunded')) then
        raise exception 'the money of a slip was settled while the slip was being cancelled' using errcode = '40001';
    end if;
    update ledger.overpayment o set state = 'cancelled' from pg_temp.returned_receipt t where o.receipt_id = t.receipt_id and o.state = 'open';
    update ledger.unallocated_receipt u set state = 'cancelled' from pg_temp.returned_receipt t where u.receipt_id = t.receipt_id and u.state = 'open';

    perform ledger.begin_clearings();
    insert into pg_temp.incoming_clearing (assessment_id, kind, paid_on, booked_on, channel, amount, excess, receipt_id, slip_id, batch_id, line)
    select r.assessment_id, '2', r.paid_on, t.booked_on, r.channel, -(r.cleared + r.overpaid), -r.overpaid, r.id, r.slip_id, batch, t.line
      from pg_temp.returned_receipt t join ledger.receipt r on r.id = t.receipt_id
     where r.cleared + r.overpaid > 0
     order by r.id;
    perform ledger.add_clearings();

    insert into pg_temp.journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select t.line, v.event, coalesce(case when v.event = 'RECEIPT' then coalesce(k.fiscal_year, a.fiscal_year) end,
                                     ledger.receipt_year(t.fiscal_year, r.booked_on, today)), t.booked_on,
           coalesce(a.fund, t.fund, '01'), case when v.event = 'RECEIPT' then coalesce(k.budget_line, a.budget_line) end, coalesce(a.organization, t.organization), -v.amount,
           concat_ws(' ', v.memo, t.memo), 'receipt', r.id
      from pg_temp.returned_receipt t
      join ledger.receipt r on r.id = t.receipt_id
      left join ledger.assessment a on a.id = r.assessment_id
      -- The books the money was booked in, which after a 滞納繰越 are not those of the assessment.
      left join lateral (select b.fiscal_year, coalesce(x.budget_line, a.budget_line) as budget_line
                           from ledger.suspense_books(r.id, 'RECEIPT') b
                           left join ledger.carried_receivable x on (x.assessment_id, x.fiscal_year) = (a.id, b.fiscal_year)) k on a.id is not null and r.cleared > 0
     cross join lateral (values
        ('RECEIPT', r.cleared, '消込取消 ' || ledger.assessment_no(a.fiscal_year, a.id)),
        ('OVERPAYMENT', r.overpaid, '過誤納取消 ' || ledger.assessment_no(a.fiscal_year, a.id)),
        ('UNALLOCATED', r.unallocated, '収入未整理取消')) v (event, amount, memo)
     where v.amount > 0;

    update ledger.receipt r set cancelled_at = clock_timestamp() from pg_temp.returned_receipt t where r.id = t.receipt_id and r.cancelled_at is null;
end $$;
comment on function ledger.take_back_receipts is 'Takes the receipts of temp table returned_receipt back: clearings by 取消 events, what was overpaid or unallocated, and rows of the journal with swapped sides.';

create function ledger.give_receipts_again(receipts bigint[], batch bigint) returns void
language plpgsql as $$
begin
    perform from ledger.assessment a where a.id in (select r.assessment_id from ledger.receipt r where r.id = any (receipts)) order by a.id for update;
    update ledger.receipt set cancelled_at = null where id = any (receipts);
    update ledger.overpayment set state = 'open' where receipt_id = any (receipts) and state = 'cancelled';
    update ledger.unallocated_receipt set state = 'open' where receipt_id = any (receipts) and state = 'cancelled';
    perform ledger.begin_clearings();
    insert into pg_temp.incoming_clearing (assessment_id, kind, paid_on, booked_on, channel, amount, excess, receipt_id, slip_id, batch_id, line)
    select r.assessment_id, '1', r.paid_on, r.booked_on, r.channel, r.cleared + r.overpaid, r.overpaid, r.id, r.slip_id, batch, r.line
      from ledger.receipt r
     where r.id = any (receipts) and r.cleared + r.overpaid > 0
     order by r.id;
    perform ledger.add_clearings();
end $$;
comment on function ledger.give_receipts_again is 'What take_back_receipts took, when the batch that took it is cancelled. The journal is reversed by the consumer.';

-- ── Post ────────────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.post_daily_totals() returns void
language plpgsql as $$
begin
    insert into ledger.daily_total (handled_on, bank_branch, version, money_kind, fiscal_year, fund, items, amount, batch_id, line)
    select t.handled_on, t.bank_branch, coalesce(v.version, 0) + 1, t.money_kind, t.fiscal_year, t.fund, t.items, t.amount, b.id, t.line
      from pg_temp.staged_daily_total t
     cross join pg_temp.batch b
      left join lateral (select max(x.version) as version from ledger.daily_total x
                          where (x.handled_on, x.bank_branch) = (t.handled_on, t.bank_branch)) v on true
     order by t.line;
end $$;
comment on function ledger.post_daily_totals is 'staged_daily_total → daily_total: each day and branch of the file under its next version.';

create function ledger.add_receipt_slips(cancel text) returns void
language plpgsql as $$
begin
    insert into ledger.receipt_slip (handled_on, bank_branch, slip_no, cancel, money_kind, fiscal_year, fund, budget_line, organization, assessment_no,
        notice_no, payer, channel, paid_on, amount, items, pdf, pdf_sha256, page, page_line, confidence, verifier1, verifier2, corrected,
        receipt_id, takes_back, batch_id, line)
    select s.handled_on, s.bank_branch, s.slip_no, s.cancel, s.money_kind, s.fiscal_year, s.fund, s.budget_line, s.organization, s.assessment_no,
           s.notice_no, s.payer, s.channel, s.paid_on, s.amount, s.items, s.pdf, e.sha256, s.page, s.page_line, s.confidence, s.verifier1, s.verifier2,
           s.corrected, o.receipt_id, o.id, b.id, s.line
      from pg_temp.staged_slip s
     cross join pg_temp.batch b
      left join pg_temp.evidence e on e.name = s.pdf
      left join ledger.match_cancelling_slips() c on c.line = s.line
      left join ledger.receipt_slip o on o.id = c.original_id or c.original_id is null and o.batch_id = b.id and o.line = c.original_line
     where s.cancel = add_receipt_slips.cancel
     order by s.line;
end $$;
comment on function ledger.add_receipt_slips is 'Slips of the file that bring money (0), or that take it back (1): those must find their originals, so they come second.';

create function ledger.post_receipt_slips() returns void
language plpgsql as $$
declare
    batch bigint := (select id from pg_temp.batch);
    today date   := (select business_date from pg_temp.batch);
begin
    perform ledger.begin_receipts();
    insert into pg_temp.incoming_receipt (line, assessment_id, slip_id, channel, paid_on, booked_on, amount, cause, fiscal_year, fund, organization, memo)
    select s.line, m.assessment_id, m.slip_id, s.channel, s.paid_on, s.handled_on, s.amount, m.cause, s.fiscal_year, s.fund, s.organization,
           concat_ws(' ', '金票 ' || s.slip_no, s.payer)
      from pg_temp.staged_slip s join ledger.match_slips() m on m.line = s.line;
    perform ledger.book_receipts();

    perform ledger.add_receipt_slips('0');
    update ledger.receipt_slip s set receipt_id = r.id
      from ledger.receipt r where r.batch_id = batch and s.batch_id = batch and s.line = r.line;
    perform ledger.add_receipt_slips('1');

    perform ledger.begin_returns();
    insert into pg_temp.returned_receipt (line, receipt_id, booked_on, fiscal_year, fund, organization, memo)
    select s.line, s.receipt_id, ledger.booking_day(s.handled_on, today), s.fiscal_year, s.fund, s.organization, concat_ws(' ', '金票 ' || s.slip_no, s.payer)
      from ledger.receipt_slip s where s.batch_id = batch and s.cancel = '1' and s.receipt_id is not null;
    perform ledger.take_back_receipts();

    -- 戻入 gives the expense back to its line; 歳入歳出外現金 belongs to others and has no line. A cancelling slip swaps the sides.
    insert into pg_temp.journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select s.line, case s.money_kind when '2' then 'EXPENSE_RETURN' else 'NONBUDGET_IN' end,
           case s.money_kind when '2' then s.fiscal_year else ledger.receipt_year(s.fiscal_year, d.day, today) end, d.day, s.fund,
           case s.money_kind when '2' then s.budget_line end, s.organization, s.amount,
           concat_ws(' ', case s.money_kind when '2' then '戻入' else '歳計外受入' end || case s.cancel when '1' then '取消' else '' end,
                     '金票 ' || s.slip_no, s.payer), 'receipt_slip', s.id
      from ledger.receipt_slip s
     cross join lateral (select ledger.booking_day(s.handled_on, today) as day) d
     where s.batch_id = batch and s.receipt_id is null;

    perform ledger.refresh_paid_slips(batch);

    insert into pg_temp.posted (line, object, object_id, yen)
    select s.line, case when s.receipt_id is null or s.cancel = '1' then 'receipt_slip' else 'receipt' end,
           case when s.receipt_id is null or s.cancel = '1' then s.id else s.receipt_id end, s.amount
      from ledger.receipt_slip s where s.batch_id = batch;
end $$;
comment on function ledger.post_receipt_slips is 'staged_slip → receipt_slip, receipts, clearings, rows of the temp table journal, and posted.';

create function ledger.refresh_paid_slips(batch bigint) returns void
language sql as $$
    -- What was paid over the counter must not be payable by eL-QR any more, and what was taken back must be again.
    select ledger.refresh_slips(array(
        select distinct a.id from ledger.receipt_slip s join ledger.receipt r on r.id = s.receipt_id join ledger.assessment a on a.id = r.assessment_id
         where s.batch_id = refresh_paid_slips.batch and a.method = '4'), batch)
$$;
comment on function ledger.refresh_paid_slips is 'eL-QR slips of receivables that slips of the batch have paid, or ceased to pay.';

-- ── Cancel ──────────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.receipt_slip_blockers(batch bigint)
returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql volatile as $$
#variable_conflict use_column
begin
    -- Batches of one topic never run beside each other; what others may do to the money is locked here and by receipt_blockers().
    perform from ledger.assessment a
     where a.id in (select r.assessment_id from ledger.receipt_slip s join ledger.receipt r on r.id = s.receipt_id
                     where s.batch_id = receipt_slip_blockers.batch) order by a.id for update;
    return query
    -- Slips that a later file has taken back.
    select s.line, 'receipt_slip', t.id, 'SLIP_BLOCKED_BY_CANCEL', jsonb_build_object('value', s.slip_no, 'batch', t.batch_id)
      from ledger.receipt_slip s join ledger.receipt_slip t on t.takes_back = s.id and t.cancelled_at is null
     where s.batch_id = receipt_slip_blockers.batch and s.cancelled_at is null and t.batch_id <> s.batch_id
    union all
    -- The receipts cancelling slips give back would clear, all together, what others have paid meanwhile. What the batch itself has
    -- paid is free again by then.
    select s.line, 'receipt', s.receipt, 'SLIP_BLOCKED_BY_PAYMENT', jsonb_build_object('value', s.slip_no, 'amount', s.total, 'unpaid', v.unpaid)
      from (select g.line, g.slip_no, r.id as receipt, r.assessment_id, r.cleared, sum(r.cleared) over (partition by r.assessment_id order by g.line) as total
              from ledger.receipt_slip g
              join ledger.receipt_slip o on o.id = g.takes_back and o.batch_id <> g.batch_id
              join ledger.receipt r on r.id = g.receipt_id
             where g.batch_id = receipt_slip_blockers.batch and g.cancelled_at is null) s
     cross join lateral (select coalesce((select k.unpaid from ledger.receivable k where k.id = s.assessment_id), 0)
                                + coalesce((select sum(x.cleared) from ledger.receipt x
                                             where x.batch_id = receipt_slip_blockers.batch and x.assessment_id = s.assessment_id and x.cancelled_at is null), 0)
                                as unpaid) v
     where s.total > v.unpaid and s.cleared > 0
    union all
    -- The slip in force would change with what is owed, but it is just being sent.
    select s.line, 'receipt_slip', s.id, 'REVENUE_SLIP_IN_FILE', jsonb_build_object('value', ledger.assessment_no(a.fiscal_year, a.id))
      from ledger.receipt_slip s join ledger.receipt r on r.id = s.receipt_id join ledger.assessment a on a.id = r.assessment_id
     where s.batch_id = receipt_slip_blockers.batch and s.cancelled_at is null and ledger.slip_is_in_file(a.id)
    union all
    -- Days that were posted because this 日計票 agreed.
    select min(t.line), 'daily_total', min(t.id), 'SLIP_BLOCKED_BY_DETAIL',
           jsonb_build_object('value', t.handled_on, 'branch', t.bank_branch, 'batch', d.batch)
      from ledger.daily_total_in_force t
     cross join lateral (select max(s.batch_id) as batch from ledger.receipt_slip s
                          where (s.handled_on, s.bank_branch) = (t.handled_on, t.bank_branch) and s.cancelled_at is null) d
     where t.batch_id = receipt_slip_blockers.batch and d.batch is not null
     group by t.handled_on, t.bank_branch, d.batch;
end $$;
comment on function ledger.receipt_slip_blockers is 'What was built on the slips or daily totals of a batch, so that it cannot be cancelled.';

create function ledger.cancel_receipt_slips(batch bigint) returns void
language plpgsql as $$
begin
    perform ledger.cancel_receipts(batch);
    perform ledger.give_receipts_again(array(
        select s.receipt_id from ledger.receipt_slip s join ledger.receipt_slip o on o.id = s.takes_back
         where s.batch_id = cancel_receipt_slips.batch and s.cancelled_at is null and o.batch_id <> s.batch_id and s.receipt_id is not null), batch);
    perform ledger.refresh_paid_slips(batch);
    update ledger.receipt_slip s set cancelled_at = clock_timestamp() where s.batch_id = cancel_receipt_slips.batch and s.cancelled_at is null;
    update ledger.daily_total t set cancelled_at = clock_timestamp() where t.batch_id = cancel_receipt_slips.batch and t.cancelled_at is null;
end $$;
comment on function ledger.cancel_receipt_slips is 'cancel.sql of 11: takes back receipts, gives those again that cancelling slips took, frees slip numbers and days. The journal is reversed by the consumer.';
