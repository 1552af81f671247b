-- Expenditure: banks, creditors, commitments, invoices, payment orders.

-- ── Financial institutions (金融機関) ───────────────────────────────────────────────────────────────────────────────────

create table ledger.institution (
    id         bigint generated always as identity constraint institution_id_is_unique unique,
    bank       text not null constraint institution_bank_is_four_digits check (bank ~ '^[0-9]{4}$'),
    valid_from date not null,
    valid_to   date not null default date '9999-12-31',
    name       text not null,
    kana       text not null,
    reason     text not null constraint institution_reason_is_known check (reason in ('initial', 'opened', 'renamed', 'transferred', 'returned', 'other')),
    end_reason text constraint institution_end_is_known check (end_reason in ('closed', 'merged', 'transferred', 'renamed', 'vanished', 'other')),
    successor_bank text,
    batch_id   bigint,
    line       bigint,
    seen_batch bigint,
    seen_line  bigint,
    constraint institution_pk primary key (bank, valid_from),
    constraint institution_validity_is_forward check (valid_from <= valid_to),
    -- Two versions on one day would pay an order twice over. (A number as a range of one: ranges have an index of this kind built in.)
    constraint institution_has_one_version_a_day exclude using gist
        (int4range(bank::int, bank::int, '[]') with &&, daterange(valid_from, valid_to, '[]') with &&)
);
comment on table ledger.institution is '金融機関: one version per validity period. A bank that ends keeps its rows; valid_to, end_reason and successor_bank say what became of it.';
comment on column ledger.institution.kana is 'Half-width single-byte kana in bank spelling (large kana, hyphen for the long vowel). A bank file has room for 15 bytes.';
comment on column ledger.institution.reason is 'Why this version began.';
comment on column ledger.institution.batch_id is 'The file that brought this version.';
comment on column ledger.institution.seen_batch is 'The file that last spoke of it.';

create table ledger.branch (
    id         bigint generated always as identity constraint branch_id_is_unique unique,
    bank       text not null constraint branch_bank_is_four_digits check (bank ~ '^[0-9]{4}$'),
    branch     text not null constraint branch_is_three_digits check (branch ~ '^[0-9]{3}$'),
    valid_from date not null,
    valid_to   date not null default date '9999-12-31',
    name       text not null,
    kana       text not null,
    reason     text not null constraint branch_reason_is_known check (reason in ('initial', 'opened', 'renamed', 'transferred', 'returned', 'other')),
    end_reason text constraint branch_end_is_known check (end_reason in ('closed', 'merged', 'transferred', 'renamed', 'vanished', 'bank_ended', 'other')),
    successor_bank   text,
    successor_branch text,
    batch_id   bigint,
    line       bigint,
    seen_batch bigint,
    seen_line  bigint,
    constraint branch_pk primary key (bank, branch, valid_from),
    constraint branch_validity_is_forward check (valid_from <= valid_to),
    constraint branch_has_one_version_a_day exclude using gist
        (int4range((bank || branch)::int, (bank || branch)::int, '[]') with &&, daterange(valid_from, valid_to, '[]') with &&)
);
comment on table ledger.branch is '支店: one version per validity period, never deleted. Columns as in institution.';

create function ledger.refuse_deletion() returns trigger
language plpgsql as $$
begin
    raise exception 'rows of %.% are never deleted: what ended keeps its last day', tg_table_schema, tg_table_name
        using errcode = 'RK002', hint = 'give it a valid_to';
end $$;
create trigger institution_is_kept before delete or truncate on ledger.institution for each statement execute function ledger.refuse_deletion();
create trigger branch_is_kept before delete or truncate on ledger.branch for each statement execute function ledger.refuse_deletion();

create function ledger.branch_on(bank text, branch text, day date)
returns table (bank_name text, bank_kana text, branch_name text, branch_kana text)
language sql stable as $$
    select i.name, i.kana, b.name, b.kana
      from ledger.institution i
      join ledger.branch b on b.bank = i.bank
     where i.bank = branch_on.bank and b.branch = branch_on.branch
       and day between i.valid_from and i.valid_to and day between b.valid_from and b.valid_to
$$;
comment on function ledger.branch_on is 'The bank and branch valid on a day; no row when either is not.';

-- ── Creditors (債権者) ─────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.creditor (
    no               text constraint creditor_pk primary key constraint creditor_no_is_ten_digits check (no ~ '^[0-9]{10}$'),
    name             text not null,
    kana             text not null,
    corporate_number text,
    invoice_number   text,
    suspended_from   date,
    suspended_to     date,
    batch_id         bigint,
    line             bigint
);
comment on table ledger.creditor is '債権者';
comment on column ledger.creditor.batch_id is 'The file of vendors that brought it as a candidate (債権者候補): it cannot be paid before an account is registered.';
comment on column ledger.creditor.suspended_from is 'First day no payment may be made; null = not suspended.';
create index creditor_by_invoice_number on ledger.creditor (invoice_number) where invoice_number is not null;
create index creditor_by_corporate_number on ledger.creditor (corporate_number) where corporate_number is not null;
create index creditor_by_batch on ledger.creditor (batch_id) where batch_id is not null;

create sequence ledger.creditor_no;

create function ledger.next_creditor_no() returns text
language sql volatile as $$
    select '9' || lpad(nextval('ledger.creditor_no')::text, 9, '0')
$$;
comment on function ledger.next_creditor_no is '債権者番号 of a candidate, ten digits from 9000000001 on: the numbers below are given by hand. Gaps mean nothing: a preview draws numbers too.';

create table ledger.creditor_account (
    id          bigint generated always as identity constraint creditor_account_pk primary key,
    creditor    text not null references ledger.creditor,
    valid_from  date not null,
    valid_to    date not null default date '9999-12-31',
    bank        text not null,
    branch      text not null,
    kind        text not null constraint creditor_account_kind_is_known check (kind in ('1', '2', '4', '9')),
    number      text not null constraint creditor_account_number_is_seven_digits check (number ~ '^[0-9]{7}$'),
    holder_kana text not null constraint creditor_account_holder_fits check (length(holder_kana) between 1 and 30),
    unpayable_reason text,
    unpayable_since  date,
    constraint creditor_account_mark_is_whole check ((unpayable_reason is null) = (unpayable_since is null)),
    constraint creditor_account_validity_is_forward check (valid_from <= valid_to),
    constraint creditor_account_starts_once unique (creditor, valid_from),
    constraint creditor_has_one_account_a_day exclude using gist
        (int8range(creditor::bigint, creditor::bigint, '[]') with &&, daterange(valid_from, valid_to, '[]') with &&)
);
-- Who else is paid to an account (a payment that looks double).
create index creditor_account_by_number on ledger.creditor_account (number, branch, bank);
comment on table ledger.creditor_account is '口座: where a creditor is paid, by validity; the registered kana is authoritative, because a name the bank cannot match is not paid.';
comment on column ledger.creditor_account.unpayable_reason is '振込不能事由 (ledger.return_reason) of the transfer that came back: nothing more is sent to the account until a person corrects or confirms it.';

-- ── Commitments (支出負担行為) and invoices (請求) ──────────────────────────────────────────────────────────────────────────

create table ledger.commitment (
    no           text constraint commitment_pk primary key,
    contract_no  text,
    tender_no    text,
    fiscal_year  int    not null,
    fund         text   not null references ledger.fund,
    budget_line  text   not null,
    organization text   not null,
    creditor     text references ledger.creditor,
    title        text   not null,
    amount       bigint not null constraint commitment_amount_is_positive check (amount > 0),
    committed_on date   not null,
    state        text   not null default 'confirmed' constraint commitment_state_is_known check (state in ('draft', 'confirmed', 'cancelled')),
    batch_id     bigint,
    line         bigint,
    constraint commitment_budget_line_fk foreign key (fiscal_year, fund, budget_line) references ledger.budget_line,
    constraint commitment_confirmed_names_creditor check (state <> 'confirmed' or creditor is not null)
) with (fillfactor = 70); -- its amount and state change: with room on its page no index is touched
comment on table ledger.commitment is '支出負担行為: binds budget; an invoice is paid against one.';
comment on column ledger.commitment.amount is 'What is bound now; how it came to be is in commitment_change.';
comment on column ledger.commitment.state is 'draft: binds budget already, but nothing can be ordered against it (the winner of a tender before the contract).';
create index commitment_by_contract on ledger.commitment (contract_no) where contract_no is not null;
create index commitment_by_tender on ledger.commitment (tender_no) where tender_no is not null;
create index commitment_by_batch on ledger.commitment (batch_id, line) where batch_id is not null;
create index commitment_by_budget_line on ledger.commitment (fiscal_year, fund, budget_line);

create table ledger.commitment_change (
    id         bigint generated always as identity constraint commitment_change_pk primary key,
    commitment text   not null references ledger.commitment,
    delta      bigint not null constraint commitment_change_is_one check (delta <> 0),
    changed_on date   not null,
    why        text   not null,
    batch_id   bigint,
    line       bigint
);
comment on table ledger.commitment_change is '支出負担行為の変更: by how much a commitment grew or shrank, when, and for which revision of its contract.';
create index commitment_change_by_commitment on ledger.commitment_change (commitment);
create index commitment_change_by_batch on ledger.commitment_change (batch_id) where batch_id is not null;
create trigger commitment_change_is_append_only before update or delete or truncate on ledger.commitment_change
    for each statement execute function ledger.refuse_change();

create sequence ledger.commitment_no;

create function ledger.next_commitment_no(fiscal_year int) returns text
language sql volatile as $$
    select fiscal_year::text || 'C' || lpad(nextval('ledger.commitment_no')::text, 7, '0')
$$;
comment on function ledger.next_commitment_no is '支出負担行為番号, 12 characters: year, C, seven digits. Gaps mean nothing: a preview draws numbers too.';

create function ledger.budget_remaining(fiscal_year int, fund text, budget_line text) returns bigint
language sql stable as $$
    select b.budget - coalesce((select sum(c.amount) from ledger.commitment c
                                 where (c.fiscal_year, c.fund, c.budget_line) = (b.fiscal_year, b.fund, b.code) and c.state <> 'cancelled'), 0)::bigint
      from ledger.budget_line b
     where (b.fiscal_year, b.fund, b.code) = (budget_remaining.fiscal_year, budget_remaining.fund, budget_remaining.budget_line)
$$;
comment on function ledger.budget_remaining is '予算差引残額: 予算現額 less what is bound (支出負担行為済), drafts included. Null when there is no such budget line.';

create function ledger.check_budget() returns trigger
language plpgsql as $$
declare
    bad record;
begin
    -- Two topics may bind one budget line at once: the lock makes the second wait and then count the first.
    perform from ledger.budget_line b
      where (b.fiscal_year, b.fund, b.code) in (select fiscal_year, fund, budget_line from added)
      order by b.fiscal_year, b.fund, b.code for update;
    -- Materialized: else the sum over a budget line is asked for each commitment, not for each line.
    with touched as materialized (
        select distinct fiscal_year, fund, budget_line from added where state <> 'cancelled'
    ), rest as materialized (
        select t.*, ledger.budget_remaining(t.fiscal_year, t.fund, t.budget_line) as remaining from touched t
    )
    select * into bad from rest where remaining < 0 limit 1;
    if found then
        raise exception 'BUDGET_LINE_EXCEEDED' using errcode = 'RK013',
            detail = json_build_object('year', bad.fiscal_year, 'line', bad.fund || '/' || bad.budget_line, 'missing', -bad.remaining);
    end if;
    return null;
end $$;
comment on function ledger.check_budget is 'Budget control: 予算現額 − 支出負担行為済 never falls below zero. A folder''s check.sql holds such a line first and says so in words.';
create trigger commitment_is_budgeted after insert on ledger.commitment
    referencing new table as added for each statement execute function ledger.check_budget();
create trigger commitment_change_is_budgeted after update on ledger.commitment
    referencing new table as added for each statement execute function ledger.check_budget();

create table ledger.invoice (
    id             bigint generated always as identity constraint invoice_pk primary key,
    source         text   not null,
    source_key     text   not null,
    invoice_no     text   not null,
    issued_on      date   not null,
    due            date,
    period_from    date,
    period_to      date,
    issuer_name    text   not null,
    invoice_number text,
    creditor       text   not null references ledger.creditor,
    organization   text   not null,
    commitment     text references ledger.commitment,
    net            bigint not null,
    tax            bigint not null,
    gross          bigint not null,
    prepaid        bigint not null default 0,
    rounding       bigint not null default 0,
    payable        bigint not null constraint invoice_payable_is_positive check (payable > 0),
    content_hash   text   not null,
    batch_id       bigint not null,
    line           bigint not null,
    cancelled_at   timestamptz,
    constraint invoice_sums_agree check (net + tax = gross and payable = gross - prepaid + rounding)
);
comment on table ledger.invoice is '請求';
comment on column ledger.invoice.content_hash is 'MD5 of the record''s content, to tell the same invoice handed in again from another one under the same number.';
create unique index invoice_is_unique on ledger.invoice (creditor, invoice_no, issued_on) where cancelled_at is null;
create index invoice_by_batch on ledger.invoice (batch_id, line);
create index invoice_by_period on ledger.invoice (creditor, payable, period_from, period_to) where cancelled_at is null;

create table ledger.invoice_tax (
    invoice_id bigint not null references ledger.invoice,
    category   text   not null constraint invoice_tax_category_is_known check (category in ('S', 'AA', 'E', 'G', 'O')),
    rate       bigint not null,
    base       bigint not null,
    tax        bigint not null,
    constraint invoice_tax_pk primary key (invoice_id, category, rate)
);
comment on table ledger.invoice_tax is '請求の税区分別内訳: one row per category and rate.';

-- ── Payment orders (支出命令) ─────────────────────────────────────────────────────────────────────────────────────────

create table ledger.payment_order (
    id           bigint generated always as identity constraint payment_order_pk primary key,
    no           text   not null constraint payment_order_no_is_unique unique,
    fiscal_year  int    not null,
    fund         text   not null, -- the budget line's key refers to it
    budget_line  text   not null,
    organization text   not null,
    creditor     text   not null references ledger.creditor,
    invoice_id   bigint references ledger.invoice,
    commitment   text references ledger.commitment,
    amount       bigint not null constraint payment_order_amount_is_positive check (amount > 0),
    deducted     bigint not null default 0,
    pay_date     date   not null,
    settled_on   date,
    method       text   not null default 'transfer' constraint payment_order_method_is_known check (method in ('transfer', 'direct_debit', 'payroll', 'counter')),
    memo         text   not null,
    state        text   not null default 'draft' constraint payment_order_state_is_known
                 check (state in ('draft', 'approved', 'in_file', 'released', 'paid', 'returned', 'cancelled')),
    made_by      text   not null,
    approved_by  text,
    approved_at  timestamptz,
    rescheduled_by text,
    rescheduled_at timestamptz,
    account_id   bigint,
    paid_on      date,
    repays       bigint references ledger.payment_order,
    from_deposit boolean not null default false,
    batch_id     bigint,
    line         bigint,
    constraint payment_order_budget_line_fk foreign key (fiscal_year, fund, budget_line) references ledger.budget_line,
    constraint payment_order_beyond_draft_is_approved check (state in ('draft', 'cancelled') or approved_by is not null),
    constraint payment_order_deducts_a_part check (deducted >= 0 and deducted < amount and (deducted = 0 or method = 'transfer')),
    constraint payment_order_debited_is_in_no_file check (method not in ('direct_debit', 'counter') or state not in ('in_file', 'released'))
) with (fillfactor = 45); -- an order changes its state four times: with room on its page and no index on the state, no index is touched
comment on table ledger.payment_order is '支出命令: draft → approved (決裁) → in_file → released → paid or returned. Nothing is paid without an approval by a second person.';
comment on column ledger.payment_order.method is '支払方法. direct_debit (口座引落): the bank takes the money by itself on the pay date, so the order never goes into a transfer file. payroll (給与): paid with the payroll file, net of what is withheld; the order is gross and never goes into a transfer file either. counter (納付書・窓口払): paid with a slip or at the counter and put down by a person; no file carries it.';
comment on column ledger.payment_order.deducted is '控除額: what is kept back of the amount (源泉所得税, 社会保険料) and goes to 歳入歳出外現金. The bank transfers amount − deducted. Only orders to staff have it (0053).';
comment on column ledger.payment_order.settled_on is 'The day the money went (paid) or came back (returned), set with the state. Null: the pay date, or for a return the day it is written down.';
comment on column ledger.payment_order.rescheduled_by is 'Who gave the approved order another pay date.';
comment on column ledger.payment_order.account_id is 'The account (creditor_account) with which it was put into a bank file: the release asks whether it is still the right one.';
comment on column ledger.payment_order.paid_on is 'The day the bank transfers or debits, on which the payment is booked. The day written in its file from the making on; null while no file carries it and nothing was paid.';
comment on column ledger.payment_order.repays is '再振込: the returned order this one pays once more. Its expense and its share of the commitment are those of the other: nothing is charged twice.';
comment on column ledger.payment_order.from_deposit is 'Paid out of 歳入歳出外現金, because the money came back when the books of its year were closed.';
create index payment_order_by_pay_date on ledger.payment_order (pay_date);
create index payment_order_by_repaid on ledger.payment_order (repays) where repays is not null;
create index payment_order_by_commitment on ledger.payment_order (commitment) where commitment is not null;
create index payment_order_by_batch on ledger.payment_order (batch_id, line) where batch_id is not null;
create index payment_order_by_creditor on ledger.payment_order (creditor, pay_date);

create sequence ledger.payment_order_no;

create function ledger.next_payment_order_no(fiscal_year int) returns text
language sql volatile as $$
    select fiscal_year::text || 'P' || lpad(nextval('ledger.payment_order_no')::text, 8, '0')
$$;
comment on function ledger.next_payment_order_no is '支出命令番号: year, P, eight digits. Gaps mean nothing: a preview draws numbers too.';

-- The allowed steps, as rows, so that the picture in the documentation and the rule are one thing.
create table ledger.payment_order_step (
    before text not null,
    after  text not null,
    why    text not null,
    constraint payment_order_step_pk primary key (before, after)
);
comment on table ledger.payment_order_step is 'Every step a payment order may take; anything else is refused by the trigger payment_order_takes_known_steps.';
insert into ledger.payment_order_step values
    ('draft',    'approved',  '決裁 by a second person'),
    ('draft',    'cancelled', 'not wanted; or its batch was cancelled'),
    ('approved', 'in_file',   'put into a bank file'),
    ('approved', 'cancelled', 'taken back by a second person; its expense is reversed'),
    ('approved', 'paid',      'no file carries it: the bank debited it by itself (口座引落), or it was paid with a slip or at the counter (納付書・窓口払)'),
    ('in_file',  'released',  'the file left'),
    ('in_file',  'approved',  'the file was voided'),
    ('released', 'approved',  'the file was voided after its release: the bank did not process it'),
    ('released', 'paid',      'the bank paid'),
    ('released', 'returned',  'the bank could not pay'),
    ('paid',     'returned',  'the money came back'),
    ('paid',     'approved',  'the file was voided after its day: the bank had not processed it'),
    ('paid',     'released',  'the result that said so was cancelled'),
    ('returned', 'released',  'the result that said so was cancelled'),
    ('returned', 'paid',      'the result that said so was cancelled'),
    ('returned', 'cancelled', '戻入: it is not paid again; its expense is taken back');

create function ledger.check_order_steps() returns trigger
-- The planner does not know how many rows a statement changed, and would compare each with all.
language plpgsql set enable_nestloop = off as $$
declare
    bad record;
begin
    -- A bank file moves all its orders by one step. Of steps with no rule beyond that they are known, the first and the last tell all.
    if exists (select from (select min(b.state) as least, max(b.state) as most from before_rows b) b
                 join (select min(a.state) as least, max(a.state) as most from after_rows a) a on true
                 join ledger.payment_order_step s on s.before = b.least and s.after = a.least
                where b.least = b.most and a.least = a.most and b.least not in ('paid', 'returned') and a.least <> 'paid') then
        return null;
    end if;
    select b.no, b.state as before, a.state as after into bad
      from before_rows b join after_rows a using (id)
     where a.state <> b.state
       and (not exists (select from ledger.payment_order_step s where s.before = b.state and s.after = a.state)
            or (b.state, a.state) = ('approved', 'paid') and a.method not in ('direct_debit', 'counter')
            or (b.state, a.state) = ('paid', 'approved') and a.method not in ('transfer', 'payroll')
            or (b.state, a.state) = ('paid', 'released') and a.method <> 'transfer'
            or b.state = 'returned' and exists (select from ledger.payment_order r where r.repays = a.id and r.state <> 'cancelled'))
     limit 1;
    if found then
        raise exception 'ORDER_STEP_UNKNOWN' using errcode = 'RK011',
            detail = json_build_object('order', bad.no, 'before', bad.before, 'after', bad.after);
    end if;
    return null;
end $$;
-- Once per statement: a bank file moves a hundred thousand orders in one.
create trigger payment_order_takes_known_steps after update on ledger.payment_order
    referencing old table as before_rows new table as after_rows for each statement execute function ledger.check_order_steps();

create function ledger.refuse_changed_order() returns trigger
language plpgsql as $$
begin
    raise exception 'ORDER_IS_FIXED' using errcode = 'RK011', detail = json_build_object('order', old.no, 'state', old.state);
end $$;
comment on function ledger.refuse_changed_order is 'What a second person approved is what is paid: after the draft only the state moves, and the pay date by check_new_pay_date.';
create function ledger.refuse_approval_by_maker() returns trigger
language plpgsql as $$
begin
    if export.same_person(new.approved_by, new.made_by) then
        raise exception 'payment order % was made by %, who cannot approve it', new.no, new.made_by
            using errcode = 'check_violation', constraint = 'payment_order_maker_is_not_approver';
    end if;
    return new;
end $$;
comment on function ledger.refuse_approval_by_maker is 'Asked when a name is written. As a check of the row it was asked again of both names at each of the order''s later steps: a third of the time in which a bank file takes its orders.';
-- After the row, here and below: for one trigger before a row of any column, the server would lock each row of a bank file once more.
create trigger payment_order_maker_is_not_approver after insert or update of approved_by, made_by on ledger.payment_order
    for each row when (new.approved_by is not null) execute function ledger.refuse_approval_by_maker();
create trigger payment_order_is_fixed
    after update of no, fiscal_year, fund, budget_line, organization, creditor, invoice_id, commitment, amount, deducted, method, made_by, repays, from_deposit
    on ledger.payment_order
    for each row when (old.state <> 'draft') execute function ledger.refuse_changed_order();

create function ledger.check_new_pay_date() returns trigger
language plpgsql as $$
declare
    why text;
begin
    why := case
        when old.state <> 'approved' or new.state <> 'approved' then 'ORDER_DAY_STATE'
        when new.rescheduled_by is null or new.rescheduled_at is not distinct from old.rescheduled_at then 'ORDER_DAY_UNSIGNED'
        when export.same_person(new.rescheduled_by, new.made_by) then 'ORDER_DAY_BY_MAKER'
        when new.method = 'direct_debit' then 'ORDER_DAY_OF_DEBIT'
        when exists (select from export.live_claim c where c.object = 'payment_order' and c.object_id = old.id) then 'ORDER_IN_A_FILE'
        when not ledger.is_business_day(new.pay_date, 'bank') then 'ORDER_DAY_BANKS_CLOSED'
        when not new.from_deposit and not ledger.fiscal_year_accepts(new.fiscal_year, new.pay_date) then 'ORDER_DAY_BOOKS_CLOSED'
    end;
    if why is not null then
        raise exception '%', why using errcode = 'RK011',
            detail = json_build_object('order', old.no, 'state', old.state, 'day', new.pay_date, 'year', new.fiscal_year);
    end if;
    return new;
end $$;
comment on function ledger.check_new_pay_date is 'The one change after 決裁: an order whose pay date passed unsent would else never be paid.';
create trigger payment_order_day_is_fixed after update of pay_date on ledger.payment_order
    for each row when (old.state <> 'draft' and old.pay_date <> new.pay_date) execute function ledger.check_new_pay_date();

-- The way from an order, from what the ward owes its staff (0053), or from what a person settled (0012), to the postings that speak of it.
-- Partial: postings about anything else pay no more than the question whether they are in it, so one index for all.
create index posting_by_payment on ledger.posting (object_id) where object in ('payment_order', 'staff_payment', 'settlement');

create view ledger.journal_line as
select e.id as entry, l.no, e.event, e.fiscal_year, e.booked_on, e.fund, e.batch_id, e.file_id, e.reverses, l.source_line, l.account, a.name as account_name,
       a.name_en as account_name_en,
       l.debit, l.credit, l.budget_line, l.memo, l.object, l.object_id, p.no as order_no, p.batch_id as order_batch, p.line as order_line
  from ledger.entry e
  join ledger.line l on l.entry_id = e.id
  join ledger.account a on a.code = l.account
  left join ledger.payment_order p on l.object = 'payment_order' and p.id = l.object_id;
comment on view ledger.journal_line is '仕訳明細 as people read it. What a payment order was approved or paid with leads by the order to the batch and line that asked for it.';

create function ledger.commitment_remaining(no text) returns bigint
language sql stable as $$
    select c.amount - coalesce((select sum(p.amount) from ledger.payment_order p
                                where p.commitment = c.no and p.state <> 'cancelled' and p.repays is null), 0)::bigint
      from ledger.commitment c where c.no = commitment_remaining.no
$$;
comment on function ledger.commitment_remaining is '負担行為残額: what may still be ordered against a commitment. A 再振込 takes nothing of it: the order that came back has.';

create function ledger.check_added_orders() returns trigger
language plpgsql as $$
declare
    bad record;
begin
    -- Two topics may order against one commitment at once: the lock makes the second wait and then count the first.
    perform from ledger.commitment c where c.no in (select commitment from added) order by c.no for update;
    select c.no, c.state into bad from ledger.commitment c
     where c.no in (select commitment from added) and c.state <> 'confirmed' limit 1;
    if found then
        raise exception 'COMMITMENT_TAKES_NO_ORDER' using errcode = 'RK012', detail = json_build_object('commitment', bad.no, 'state', bad.state);
    end if;
    with touched as materialized (
        select distinct commitment from added where commitment is not null
    ), rest as materialized (
        select commitment, ledger.commitment_remaining(commitment) as remaining from touched
    )
    select commitment, remaining into bad from rest where remaining < 0 limit 1;
    if found then
        raise exception 'COMMITMENT_EXCEEDED' using errcode = 'RK012', detail = json_build_object('commitment', bad.commitment, 'missing', -bad.remaining);
    end if;
    return null;
end $$;
create trigger payment_order_is_committed after insert on ledger.payment_order
    referencing new table as added for each statement execute function ledger.check_added_orders();

create function ledger.lock_orders(ids bigint[]) returns void
language plpgsql as $$
declare
    unknown bigint;
begin
    -- In one order, so that two sessions wait for each other instead of deadlocking. What is looked at after this stays so.
    perform from ledger.payment_order p where p.id = any (ids) order by p.id for update;
    select count(*) into unknown from unnest(ids) i where not exists (select from ledger.payment_order p where p.id = i);
    if unknown > 0 then
        raise exception 'ORDERS_UNKNOWN' using errcode = 'RK010', detail = json_build_object('count', unknown);
    end if;
end $$;

create function ledger.approve_payment_orders(ids bigint[], approver text, approved_on date) returns bigint
language plpgsql as $$
declare
    changed bigint;
    bad     record;
begin
    perform ledger.lock_orders(ids);
    select p.no, p.state, p.made_by into bad
      from ledger.payment_order p
     where p.id = any (ids) and (p.state <> 'draft' or export.same_person(p.made_by, approver))
     order by p.id limit 1;
    if found then
        raise exception '%', case when bad.state <> 'draft' then 'ORDER_APPROVE_STATE' else 'ORDER_APPROVE_BY_MAKER' end
            using errcode = 'RK010', detail = json_build_object('order', bad.no, 'state', bad.state);
    end if;
    perform ledger.begin_journal();
    -- What post_journal() reads to know who posts.
    create temp table run on commit drop as select null::bigint as file_id, approver as ordered_by;
    with approved as (
        update ledger.payment_order
           set state = 'approved', approved_by = approver, approved_at = clock_timestamp()
         where id = any (ids) and state = 'draft'
        returning *
    ), told as (
        insert into audit.event (actor, action, object, object_id, before, after)
        select approver, 'payment_order.approve', 'payment_order', no, jsonb_build_object('state', 'draft'),
               jsonb_build_object('state', 'approved', 'amount', amount, 'creditor', creditor, 'pay_date', pay_date)
          from approved order by id
    )
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select 'EXPENSE', fiscal_year, approved_on, fund, budget_line, organization, amount, memo, 'payment_order', id
      from approved where repays is null order by id;
    perform ledger.post_journal();
    drop table pg_temp.journal;
    drop table pg_temp.run;
    select count(distinct i) into changed from unnest(ids) i;
    return changed;
end $$;
comment on function ledger.approve_payment_orders is '決裁: a second person approves drafts; posts expense against accounts payable, but for a 再振込, whose expense was booked with the order that came back. All or none.';

create function ledger.reschedule_payment_orders(ids bigint[], new_date date, who text, why text, today date) returns bigint
language plpgsql as $$
declare
    changed bigint;
    bad     record;
begin
    if btrim(coalesce(why, '')) = '' then
        raise exception 'ORDER_REASON_MISSING' using errcode = 'RK010';
    end if;
    perform ledger.lock_orders(ids);
    select p.no, p.state into bad from ledger.payment_order p where p.id = any (ids) and p.state <> 'approved' limit 1;
    if found then
        raise exception 'ORDER_DAY_STATE' using errcode = 'RK011', detail = json_build_object('order', bad.no, 'state', bad.state);
    end if;
    -- Its run would keep the old day: no file would ever carry its pay.
    select p.no into bad from ledger.payment_order p where p.id = any (ids) and p.method = 'payroll' limit 1;
    if found then
        raise exception 'payment order % is of a payroll, whose pay moves as a whole', bad.no
            using errcode = 'RK015', constraint = 'pay_moves_with_its_run', hint = 'renkei ledger move-pay';
    end if;
    if new_date < today then
        raise exception 'ORDER_DAY_PASSED' using errcode = 'RK011', detail = json_build_object('day', new_date);
    end if;
    with was as materialized (
        select p.id, p.no, p.pay_date from ledger.payment_order p where p.id = any (ids)
    ), moved as (
        update ledger.payment_order p
           set pay_date = new_date, rescheduled_by = who, rescheduled_at = clock_timestamp()
          from was w where p.id = w.id and p.pay_date <> new_date
        returning p.id
    )
    insert into audit.event (actor, action, object, object_id, before, after, reason)
    select who, 'payment_order.reschedule', 'payment_order', w.no, jsonb_build_object('pay_date', w.pay_date), jsonb_build_object('pay_date', new_date), why
      from was w join moved using (id) order by w.id;
    get diagnostics changed = row_count;
    return changed;
end $$;
comment on function ledger.reschedule_payment_orders is 'Another pay date for approved orders that are in no file; all or none. Returns how many changed.';

create function ledger.cancel_payment_orders(ids bigint[], who text, why text, cancelled_on date) returns bigint
language plpgsql as $$
declare
    cancelled bigint;
    bad       record;
begin
    if btrim(coalesce(why, '')) = '' then
        raise exception 'ORDER_REASON_MISSING' using errcode = 'RK010';
    end if;
    perform ledger.lock_orders(ids);
    select p.no, p.state, f.file_id as file,
           case when p.state not in ('draft', 'approved') then 'ORDER_CANCEL_STATE'
                when c.object_id is not null then 'ORDER_IN_A_FILE'
                when f.file_id is not null then 'ORDER_CANCEL_PAY_IN_A_FILE'
                else 'ORDER_CANCEL_BY_MAKER' end as reason into bad
      from ledger.payment_order p
      left join export.live_claim c on c.object = 'payment_order' and c.object_id = p.id
      -- The order of a payroll goes with the first of its files: net pay may still be in another when that one was voided.
      left join lateral (select ledger.payroll_file(x.run_id) as file_id from ledger.payroll_expense x
                          where x.order_id = p.id and p.method = 'payroll' limit 1) f on true
     where p.id = any (ids)
       and (p.state not in ('draft', 'approved') or c.object_id is not null or f.file_id is not null
            or p.state = 'approved' and export.same_person(p.made_by, who))
     limit 1;
    if found then
        raise exception '%', bad.reason using errcode = 'RK010', detail = json_build_object('order', bad.no, 'state', bad.state, 'file', bad.file);
    end if;
    perform ledger.begin_journal();
    create temp table run on commit drop as select null::bigint as file_id, who as ordered_by;
    with was as materialized (
        select p.* from ledger.payment_order p where p.id = any (ids)
    ), gone as (
        update ledger.payment_order p set state = 'cancelled' from was w where p.id = w.id
    ), invoice_gone as (
        -- Its invoice may be handed in again.
        update ledger.invoice v set cancelled_at = clock_timestamp() from was w where v.id = w.invoice_id and v.cancelled_at is null and w.repays is null
    ), told as (
        insert into audit.event (actor, action, object, object_id, before, after, reason)
        select who, 'payment_order.cancel', 'payment_order', w.no, jsonb_build_object('state', w.state),
               jsonb_build_object('state', 'cancelled', 'amount', w.amount), why
          from was w order by w.id
    )
    -- The entry of the approval holds the orders approved with it too: each cancelled one is taken out by a line of its own.
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select case when y.takes then 'EXPENSE' else 'EXPENSE_LAPSED' end, case when y.takes then w.fiscal_year else ledger.fiscal_year(cancelled_on) end,
           cancelled_on, w.fund, case when y.takes then w.budget_line end, w.organization, case when y.takes then -w.amount else w.amount end,
           '取消 ' || w.memo, 'payment_order', w.id
      from was w
      -- The books of its year are closed: what is owed no longer is revenue of the year, for which no budget line was used.
     cross join lateral (select ledger.fiscal_year_accepts(w.fiscal_year, cancelled_on) as takes) y
     where w.state = 'approved' and w.repays is null order by w.id;
    perform ledger.post_journal();
    drop table pg_temp.journal;
    drop table pg_temp.run;
    select count(distinct i) into cancelled from unnest(ids) i;
    return cancelled;
end $$;
comment on function ledger.cancel_payment_orders is 'Takes orders back that are in no file: drafts, and approved ones by a second person, whose expense is then reversed; after the books of its year were closed the debt lapses in the year of the day. Of a 再振込 only the order goes: the one that came back waits again. All or none.';

create function ledger.order_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
begin
    -- 決裁 of one of them may be under way: the lock waits for it, and what is read afterwards is what it left.
    perform from ledger.payment_order p where p.batch_id = batch order by p.id for update;
    return query
    select p.line, 'payment_order', p.id, 'ORDER_BEYOND_DRAFT', jsonb_build_object('order', p.no, 'state', p.state)
      from ledger.payment_order p where p.batch_id = batch and p.state not in ('draft', 'cancelled');
end $$;
comment on function ledger.order_blockers is 'The orders of a batch that bar its cancellation. Volatile and locking, so that none is approved between the look and the cancellation.';

create function ledger.cancel_batch_orders(batch bigint) returns void
language plpgsql as $$
declare
    other text;
begin
    update ledger.payment_order p set state = 'cancelled' where p.batch_id = batch and p.state = 'draft';
    select p.no into other from ledger.payment_order p where p.batch_id = batch and p.state <> 'cancelled' limit 1;
    if found then
        raise exception 'payment order % was approved meanwhile', other
            using errcode = 'serialization_failure', hint = 'the cancellation is tried again and then sees it';
    end if;
    update ledger.invoice v set cancelled_at = clock_timestamp() where v.batch_id = batch and v.cancelled_at is null;
end $$;
comment on function ledger.cancel_batch_orders is 'Cancels the drafts and invoices of a batch; fails, to be tried again, when one of them is no draft any more.';

-- ── Reading an invoice ──────────────────────────────────────────────────────────────────────────────────────────────────
-- check.sql and post.sql must find the same creditor, commitment and day; so they ask here. Set-returning functions of one
-- statement are taken into the query that calls them: ten thousand calls are ten thousand index look-ups and no more.

create function ledger.registration_number(written text) returns text
language sql immutable parallel safe as $$
    select case when written ~ '^T[0-9]{13}$' then written else upper(regexp_replace(normalize(written, NFKC), '[\s‐−ー―–—-]', '', 'g')) end
$$;
comment on function ledger.registration_number is '登録番号 in one spelling: full-width to half-width, t to T, hyphens and blanks away. The record keeps what was written.';

create function ledger.find_creditor(no text, invoice_number text, corporate_number text) returns table (creditor text, candidates bigint)
language sql stable as $$
    select min(found.no), count(*)
      from (select c.no from ledger.creditor c where c.no = find_creditor.no
            union all
            select c.no from ledger.creditor c where find_creditor.no is null and c.invoice_number = find_creditor.invoice_number
            union all
            select c.no from ledger.creditor c
             where find_creditor.no is null and c.corporate_number = find_creditor.corporate_number
               and not exists (select from ledger.creditor t where t.invoice_number = find_creditor.invoice_number)) found
$$;
comment on function ledger.find_creditor is 'The creditor of an invoice: by its number, else by invoice number (登録番号), else by corporate number. More than one candidate: a person chooses.';

create function ledger.find_commitment(no text, contract_no text, delivered date) returns table (commitment text, candidates bigint)
language sql stable as $$
    select min(found.no), count(*)
      from (select c.no from ledger.commitment c where c.no = find_commitment.no
            union all
            select c.no from ledger.commitment c
             where find_commitment.no is null and c.contract_no = find_commitment.contract_no and c.state <> 'cancelled'
               and c.fiscal_year = ledger.fiscal_year(delivered)) found
$$;
comment on function ledger.find_commitment is 'The commitment an invoice is paid from: by its number, else the contract''s in the fiscal year of delivery. More than one candidate: a person chooses.';

create function ledger.previous_business_day(day date, kind text) returns date
language plpgsql stable as $$
begin
    while not ledger.is_business_day(day, kind) loop
        day := day - 1;
    end loop;
    return day;
end $$;
comment on function ledger.previous_business_day is 'The day itself when it is one, else the last one before.';

create function ledger.payment_day(wanted date, received date) returns date
language plpgsql stable as $$
begin
    return greatest(ledger.previous_business_day(wanted, 'bank'), ledger.next_business_day(received + 1, 'bank'));
exception when sqlstate 'RK001' then
    return null;
end $$;
comment on function ledger.payment_day is 'The bank business day on or before the day an invoice is due, so that it is never late, but after the day it came. Null where the calendar ends before it is found.';

create function ledger.account_parts(account text) returns table (bank text, branch text, kind text, number text)
    language sql immutable parallel safe as $$
    select p[1], p[2], p[3], lpad(p[4], 7, '0') from (select regexp_match(account, '^([0-9]{4}):([0-9]{3}):([0-9]):([0-9]{1,7})$') as p) m
$$;
comment on function ledger.account_parts is 'An account as digital invoices write it, bank:branch:kind:number; one row of nulls when it is written otherwise.';

create function ledger.invoice_content(invoice jsonb, taxes jsonb) returns text
language plpgsql immutable parallel safe as $$
begin
    -- Not in SQL: that would be taken into the query, which would then build the argument anew for each of its fields.
    return md5(jsonb_build_array(
        invoice -> 'invoice_no', invoice -> 'issued_on', invoice -> 'due', invoice -> 'period_from', invoice -> 'period_to',
        invoice -> 'issuer_name', invoice -> 'invoice_number', invoice -> 'corporate_number', invoice -> 'creditor', invoice -> 'organization',
        invoice -> 'contract_no', invoice -> 'commitment_no', invoice -> 'net', invoice -> 'tax', invoice -> 'gross',
        coalesce(nullif(invoice -> 'prepaid', 'null'), '0'), nullif(nullif(invoice -> 'rounding', 'null'), '0'), invoice -> 'payable', invoice -> 'currency',
        invoice -> 'bank', invoice -> 'branch', invoice -> 'account_kind', invoice -> 'account_number', taxes)::text);
end $$;
comment on function ledger.invoice_content is 'Digest of what an invoice says, without where it came from: the same invoice by file and by API is the same.';

-- ── Paying by bank file ─────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.bank_name_fault(name text, kana_wo boolean default false, kana_dot boolean default true) returns text
language sql immutable parallel safe as $$
    -- One expression, so that it is taken into the query that asks it of a hundred thousand names.
    select case
        when name is null then null
        when not kana_dot and name ~ '[.]' then '.'
        when translate(name, case when kana_wo then 'ｦ' else '' end, 'ｱ') ~ '^[ｱ-ﾝﾞﾟA-Z0-9 ().-]*$'
             and name !~ '(^|[^ｳｶ-ﾄﾊ-ﾎ])ﾞ|(^|[^ﾊ-ﾎ])ﾟ' then null
        when translate(name, case when kana_wo then 'ｦ' else '' end, 'ｱ') ~ '[^ｱ-ﾝﾞﾟA-Z0-9 ().-]'
             then substring(name from case when kana_wo then '[^ｦｱ-ﾝﾞﾟA-Z0-9 ().-]' else '[^ｱ-ﾝﾞﾟA-Z0-9 ().-]' end)
        when name ~ '(^|[^ｳｶ-ﾄﾊ-ﾎ])ﾞ' then 'ﾞ'
        else 'ﾟ' end
$$;
comment on function ledger.bank_name_fault is 'The first character of a payee name that a bank file may not hold (全銀: no ｦ, small kana, ｰ, lower case; marks only on the kana that take them); null when the name is good. kana_wo, kana_dot: what the bank says of ｦ and of the full stop.';

create function ledger.transfer_day(pay_date date, on_holiday text) returns date
language sql stable as $$
    select case on_holiday when 'next' then ledger.next_business_day(pay_date, 'bank')
                           when 'previous' then ledger.previous_business_day(pay_date, 'bank')
                           else pay_date end
$$;
comment on function ledger.transfer_day is 'The day the bank transfers what is due on a day: the day itself, or where the bank shifts holidays the business day after or before.';

create function ledger.bank_days_ahead(from_day date, behind_hour boolean, to_day date) returns bigint
language sql stable as $$
    -- What is handed over on a day on which banks are closed reaches the bank on the next business day, at any hour.
    select count(*) filter (where ledger.is_business_day(d::date, 'bank'))
           - case when from_day > to_day then 0
                  when not ledger.is_business_day(from_day, 'bank') then 1
                  when behind_hour then 1
                  else 0 end
      from generate_series(from_day + 1, least(to_day, from_day + 100), interval '1 day') d
$$;
comment on function ledger.bank_days_ahead is 'Bank business days after the day a file of the first day reaches the bank, to the second day; counted for a hundred days at most. The file reaches the bank on that day, or on the next business day when banks are closed on it or it is behind the bank''s hour. Negative: it reaches the bank after the second day.';

create function ledger.bank_hour(days_ahead int, cut_off time, to_day date) returns timestamptz
language sql stable as $$
    select (d::date + cut_off) at time zone 'Asia/Tokyo'
      from generate_series(to_day - 100, to_day, interval '1 day') d
     where ledger.is_business_day(d::date, 'bank')
     order by d desc offset days_ahead limit 1
$$;
comment on function ledger.bank_hour is 'The last moment at which a file reaches the bank so many bank business days before the second day, which is one itself.';

create function ledger.check_banks_are_open(day date) returns void
language plpgsql as $$
begin
    if not ledger.is_business_day(day, 'bank') then
        raise exception 'banks are closed on %, the day of the transfers, since the file was made', day
            using errcode = 'RK013', constraint = 'transfer_day_closed', detail = 'transfer date ' || day;
    end if;
end $$;
comment on function ledger.check_banks_are_open is 'The day written in a file was a bank business day when the file was made; a holiday or an own day may have been entered since.';

create function ledger.check_transfer_release(file bigint, today date, days_ahead_min int, cut_off time, on_holiday text) returns timestamptz
language plpgsql as $$
declare
    day     date;
    ahead   bigint;
    invalid record;
begin
    select ledger.transfer_day(min(o.paid_on), on_holiday) into day
      from export.claim x join ledger.payment_order o on o.id = x.object_id
     where x.file_id = file and x.object = 'payment_order';
    perform ledger.check_banks_are_open(day);
    -- The hour counts only where today is today: a day set by hand has none.
    ahead := ledger.bank_days_ahead(today, today = clock.at::date and clock.at::time > cut_off, day)
      from (select clock_timestamp() at time zone 'Asia/Tokyo' as at) clock;
    if day < today or ahead < days_ahead_min then
        raise exception 'the transfers are due on %, % bank business day(s) from %; the bank wants %', day, greatest(ahead, 0), today, days_ahead_min
            using errcode = 'RK013', constraint = 'transfer_day_passed', detail = 'pay date ' || day || ', released on ' || today;
    end if;
    select count(*) as count, (array_agg(p.no || ' ' || p.why order by p.no))[1:5] as first into invalid from ledger.payees_invalid(file, on_holiday) p;
    if invalid.count > 0 then
        raise exception '% payee(s) cannot be paid any more: %', invalid.count, array_to_string(invalid.first, ', ')
            using errcode = 'RK013', constraint = 'transfer_payee_invalid', detail = invalid.count || ': ' || array_to_string(invalid.first, ', ');
    end if;
    return ledger.bank_hour(days_ahead_min, cut_off, day);
end $$;
comment on function ledger.check_transfer_release is 'bank.md §6 nos. 8, 9, 11, and whether banks are open on the day, asked again when the file leaves: days may lie between. Gives by when the bank must have it.';

create function ledger.date_or_null(written text) returns date
language plpgsql immutable as $$
begin
    return case when written ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then written::date end;
exception when datetime_field_overflow then
    return null;
end $$;
comment on function ledger.date_or_null is 'A date written YYYY-MM-DD; null when it is none.';

-- ── Seed: an invented bank's branches, creditors and commitments to try things with ──────────────────────────────────────

insert into ledger.institution (bank, valid_from, name, kana, reason) values
    ('0001', '2018-04-01', 'みずほ', 'ﾐｽﾞﾎ', 'initial'), ('0005', '2018-04-01', '三菱ＵＦＪ', 'ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ', 'initial'),
    ('0009', '2018-04-01', '三井住友', 'ﾐﾂｲｽﾐﾄﾓ', 'initial');
insert into ledger.branch (bank, branch, valid_from, name, kana, reason) values
    ('0001', '110', '2018-04-01', '本所', 'ﾎﾝｼﾞﾖ', 'initial'), ('0001', '201', '2018-04-01', '砧', 'ｷﾇﾀ', 'initial'),
    ('0005', '301', '2018-04-01', '成城', 'ｾｲｼﾞﾖｳ', 'initial'), ('0009', '401', '2018-04-01', '経堂', 'ｷﾖｳﾄﾞｳ', 'initial');

insert into ledger.creditor (no, name, kana, corporate_number, invoice_number) values
    ('0000000101', '株式会社砧クリーン', 'ｶ)ｷﾇﾀｸﾘ-ﾝ', '6010901900001', 'T6010901900001'),
    ('0000000102', '経堂電設株式会社', 'ｷﾖｳﾄﾞｳﾃﾞﾝｾﾂ(ｶ', '5010901900002', 'T5010901900002'),
    ('0000000103', '合同会社成城システム', 'ﾄﾞ)ｾｲｼﾞﾖｳｼｽﾃﾑ', '4010901900003', 'T4010901900003');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values
    ('0000000101', '2020-04-01', '0001', '201', '1', '1234567', 'ｶ)ｷﾇﾀｸﾘ-ﾝ'),
    ('0000000102', '2020-04-01', '0009', '401', '1', '7654321', 'ｷﾖｳﾄﾞｳﾃﾞﾝｾﾂ(ｶ'),
    ('0000000103', '2020-04-01', '0005', '301', '2', '0246801', 'ﾄﾞ)ｾｲｼﾞﾖｳｼｽﾃﾑ');
insert into ledger.commitment (no, contract_no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on) values
    ('2026F0000101', '2026KS000123', 2026, '01', '0201030212', '05020000', '0000000101', '庁舎清掃委託', 1654044, '2026-04-01'),
    ('2026F0000102', '2026KS000124', 2026, '01', '0201030214', '05020000', '0000000102', '庁舎照明改修工事', 8800000, '2026-05-15'),
    ('2026F0000103', '2026JS000031', 2026, '01', '0201050212', '05030000', '0000000103', '庁内システム保守委託', 13200000, '2026-04-01');
