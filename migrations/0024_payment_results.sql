-- The life of a payment to its end: what the bank answers to a file of transfers, the order that comes back (振込不能・組戻), and
-- the order that pays it once more (再振込).
--
-- A bank tells of what failed, and with some services of every record. So a transfer counts as paid from the day after its day on, unless
-- its file is in doubt; it may come back later all the same.

insert into ledger.account (code, name, name_en, class) values
    ('2202', '預り金（返戻金・歳入歳出外現金）', 'Returned payments held (off-budget cash)', 'liability');
insert into ledger.posting_rule (event, name, debit_account, credit_account) values
    ('PAYMENT_RETURNED', '振込不能・組戻（支払未済へ）', '1101', '2101'),
    ('RETURN_TO_DEPOSIT', '出納閉鎖後の返戻（歳入歳出外現金へ）', '1101', '2202'),
    ('RETURN_CARRIED', '支払未済の歳入歳出外現金への振替（出納閉鎖）', '2101', '1101'),
    ('RETURN_CARRIED_LATE', '支払未済の歳入歳出外現金への振替（出納閉鎖後）', '2101', '2202'),
    ('DEPOSIT_PAYMENT', '返戻金の支払（歳入歳出外現金から）', '2202', '1101'),
    ('RETURN_FROM_DEPOSIT', '返戻金の払出（歳入へ）', '2202', '1101'),
    -- Both over cash, with the 歳入科目: budget execution and statements count what moves cash.
    ('RETURN_TO_REVENUE', '返戻金の過年度収入', '1101', null);

create table ledger.past_year_revenue (
    fiscal_year int  not null,
    fund        text not null,
    budget_line text not null,
    constraint past_year_revenue_pk primary key (fiscal_year, fund),
    constraint past_year_revenue_budget_line_fk foreign key (fiscal_year, fund, budget_line) references ledger.budget_line
);
comment on table ledger.past_year_revenue is '過年度収入の歳入科目: where money of a closed year is taken up, one line a year and 会計.';

create table ledger.return_reason (
    code          text    constraint return_reason_pk primary key constraint return_reason_is_two_digits check (code ~ '^[0-9]{2}$'),
    name          text    not null,
    name_en       text    not null,
    account_wrong boolean not null
);
comment on table ledger.return_reason is '振込不能・組戻の事由: why a transfer came back. The accounting office brings it in line with its bank; the codes of a bank''s file are those of the layout.';
comment on column ledger.return_reason.account_wrong is 'The next transfer to the account would come back too: it is marked, and nothing more is sent to it.';
insert into ledger.return_reason values
    ('01', '店番相違（該当店舗なし）', 'no such branch', true),
    ('02', '預金種目相違', 'wrong kind of account', true),
    ('03', '口座番号相違（該当口座なし）', 'no such account', true),
    ('04', '受取人名相違', 'the name is not that of the account', true),
    ('05', '口座解約済', 'account closed', true),
    ('06', '店舗統合', 'branch merged into another', true),
    ('07', '取引停止・入金不可', 'the account takes no money', true),
    ('09', 'その他', 'other: see the bank''s words', true),
    ('11', '組戻（依頼人の申出）', 'recalled by the ward', false),
    ('12', '組戻（受取人の申出）', 'sent back by the payee', false),
    -- No word of the bank's: the file was voided when the books of its year were closed.
    ('90', '銀行未処理（ファイル取消し）', 'not processed by the bank, its file voided', false);

create table ledger.transfer_file (
    file_id      bigint constraint transfer_file_pk primary key references export.file,
    paid_on      date   not null,
    confirmed_at timestamptz
);
comment on table ledger.transfer_file is 'A released file of transfers: the day its orders are paid on, and when those that did not come back were written down as paid.';
create index transfer_file_by_day on ledger.transfer_file (paid_on);
create index transfer_file_open on ledger.transfer_file (paid_on) where confirmed_at is null;

create table ledger.payment_result (
    id          bigint generated always as identity constraint payment_result_pk primary key,
    order_id    bigint not null,
    file_id     bigint not null,
    outcome     text   not null constraint payment_result_outcome_is_known check (outcome in ('paid', 'returned')),
    -- The state the order had, which a cancellation gives back.
    before      text   not null,
    reason      text,
    bank_text   text,
    fee         bigint,
    returned_on date,
    in_deposit  boolean not null default false,
    carried_on  date,
    account_id  bigint,
    marked      boolean not null default false,
    batch_id    bigint,
    line        bigint,
    cancelled_at timestamptz,
    constraint payment_result_has_its_line check (num_nulls(batch_id, line) in (0, 2)),
    constraint payment_result_returned_has_reason check ((outcome = 'returned') = (reason is not null and returned_on is not null))
);
comment on table ledger.payment_result is '振込結果: what the bank said of one payment order of one file.';
comment on column ledger.payment_result.batch_id is 'The bank''s answer; null where the file was voided after the books were closed.';
comment on column ledger.payment_result.bank_text is 'The bank''s own words.';
comment on column ledger.payment_result.fee is '組戻手数料 as the bank states it. It is billed by itself and booked with that invoice, not here.';
comment on column ledger.payment_result.returned_on is 'The day the money is back in the ward''s account.';
comment on column ledger.payment_result.in_deposit is 'The books of the order''s year were closed on that day: the money is held as 歳入歳出外現金.';
comment on column ledger.payment_result.carried_on is 'The day, up to 31 May, on which what came back in time and was not paid again was carried over into 歳入歳出外現金.';
comment on column ledger.payment_result.marked is 'This result marked the account: its cancellation takes the mark away.';
create unique index payment_result_returns_once on ledger.payment_result (order_id) where outcome = 'returned' and cancelled_at is null;
create index payment_result_by_order on ledger.payment_result (order_id);
create index payment_result_by_batch on ledger.payment_result (batch_id, line);

-- ── Reading a file of results ───────────────────────────────────────────────────────────────────────────────────────────

create function ledger.latest_day(month_day text, on_or_before date) returns date
language plpgsql immutable parallel safe as $$
declare
    found date;
begin
    -- A leap day needs eight years at most.
    for back in 0..8 loop
        found := ledger.date_or_null(to_char(extract(year from on_or_before) - back, 'FM0000') || '-' || month_day);
        if found <= on_or_before then
            return found;
        end if;
    end loop;
    return null;
end $$;
comment on function ledger.latest_day is 'The last day with this month and day (MM-DD) up to a day: files of banks have no year, and an answer speaks of the past.';

create function ledger.result_rows() returns table (
    line bigint, business text, outcome text, reason text, bank_text text, fee bigint, day date, returned_on date, bank text, branch text, kind text, number text,
    amount bigint, code1 text, code2 text)
language plpgsql stable as $$
begin
    return query
    with received as (
        select b.id, (b.received_at at time zone 'Asia/Tokyo')::date as day from pg_temp.batch b
    ), head as materialized (
        -- A bank may refuse a record before its day; none takes files a month ahead. When held lines are posted later the header is no line of theirs: it is read from the records of the batch.
        select r.grp, ledger.latest_day(r.fields ->> 'transfer_day', d.day + 31) as day, r.fields ->> 'business' as business
          from intake.record_fields r join received d on r.batch_id = d.id where r.kind = 'header'
    )
    select s.line, h.business, case when s.result = '00' then 'paid' else 'returned' end, nullif(s.result, '00'), s.bank_text, s.fee,
           coalesce(s.transfer_date, h.day),
           case when s.result <> '00' then coalesce(s.returned_on, ledger.latest_day(s.returned_day, d.day), d.day) end,
           s.bank, s.branch, s.account_kind, lpad(s.account, 7, '0'), s.amount, s.customer_code1, s.customer_code2
      from pg_temp.staged_result s cross join received d left join head h on h.grp = s.grp;
end $$;
comment on function ledger.result_rows is 'The staged results with the day and the kind (種別) of the file they answer; a notice (CSV) has no kind.';

create function ledger.transfer_results() returns table (
    line bigint, outcome text, reason text, bank_text text, fee bigint, day date, returned_on date, bank text, branch text, kind text, number text,
    amount bigint, order_id bigint, order_no text, state text, file_id bigint, account_id bigint, said text, said_reason text, twins bigint,
    other_amount bigint)
language plpgsql stable as $$
begin
    return query
    with received as (
        select b.topic from pg_temp.batch b
    ), row as materialized (
        -- What answers to a payroll file is found by ledger.payroll_results().
        select s.*, nullif(ltrim(s.code1, '0'), '') as code, concat(s.code1, s.code2) as whole_code
          from ledger.result_rows() s where coalesce(s.business, '21') = '21'
    ), sent as materialized (
        select o.id, o.no, o.state, o.amount - o.deducted as amount, t.paid_on as day, t.file_id, k.id as account_id, k.bank, k.branch, k.kind, k.number,
               nullif(ltrim(right(regexp_replace(o.no, '[^0-9]', '', 'g'), 10), '0'), '') as code, r.outcome as said, r.reason as said_reason
          from received d
          join ledger.transfer_file t on t.paid_on in (select distinct x.day from row x)
          join export.claim c on c.file_id = t.file_id and c.topic = d.topic and c.object = 'payment_order' and c.live
          join ledger.payment_order o on o.id = c.object_id
          join ledger.creditor_account k on k.id = o.account_id
          left join lateral (select p.outcome, p.reason from ledger.payment_result p
                              where p.order_id = o.id and p.cancelled_at is null order by p.outcome desc limit 1) r on true
    ), named as materialized (
        -- The bank gives back what the file said: the order's number, where the profile puts it there.
        select x.line, min(s.id) as id
          from row x
          join sent s on (s.day, s.bank, s.branch, s.kind, s.number, s.amount) = (x.day, x.bank, x.branch, x.kind, x.number, x.amount)
                     and (s.code = x.code or s.no = x.whole_code)
         group by x.line
    ), line_rank as (
        select x.*, row_number() over same as nth, count(*) over (partition by x.day, x.bank, x.branch, x.kind, x.number, x.amount) as lines
          from row x where not exists (select from named n where n.line = x.line)
        window same as (partition by x.day, x.bank, x.branch, x.kind, x.number, x.amount order by x.line)
    ), sent_rank as (
        -- Those that have not come back first, in the order of the file.
        select s.*, row_number() over (partition by s.day, s.bank, s.branch, s.kind, s.number, s.amount
                                       order by coalesce(s.said, '') = 'returned', s.said is not null, s.no) as nth,
               count(*) over alike as orders, count(*) filter (where s.said = 'returned') over alike as came_back
          from sent s where not exists (select from named n where n.id = s.id)
        window alike as (partition by s.day, s.bank, s.branch, s.kind, s.number, s.amount)
    ), pair as (
        select n.line, n.id, 0::bigint as twins from named n
        union all
        select l.line, s.id, case when s.orders > l.lines or s.came_back between 1 and s.orders - 1 then s.orders else 0 end
          from line_rank l
          join sent_rank s on (s.day, s.bank, s.branch, s.kind, s.number, s.amount, s.nth) = (l.day, l.bank, l.branch, l.kind, l.number, l.amount, l.nth)
    )
    select x.line, x.outcome, x.reason, x.bank_text, x.fee, x.day, x.returned_on, x.bank, x.branch, x.kind, x.number, x.amount,
           s.id, s.no, s.state, s.file_id, s.account_id, s.said, s.said_reason, p.twins,
           case when s.id is null then (select min(o.amount) from sent o
                                         where (o.day, o.bank, o.branch, o.kind, o.number) = (x.day, x.bank, x.branch, x.kind, x.number)) end
      from row x
      left join pair p on p.line = x.line
      left join sent s on s.id = p.id;
end $$;
comment on function ledger.transfer_results is 'The staged results with the payment order each speaks of, found by the day of the transfer, the account, the amount and, where the bank gives it back, the number of the order. check.sql and post.sql must find the same.';

-- ── Taking results in, and back ─────────────────────────────────────────────────────────────────────────────────────────

create function ledger.result_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
begin
    -- 再振込 of one of them may be under way: the lock waits for it, and what is read afterwards is what it left.
    perform from ledger.payment_order p
      where p.id in (select r.order_id from ledger.payment_result r where r.batch_id = batch and r.cancelled_at is null) order by p.id for update;
    return query
    select r.line, 'payment_order', p.id, 'RETURN_REPAID', jsonb_build_object('order', p.no, 'again', a.no, 'state', a.state)
      from ledger.payment_result r
      join ledger.payment_order p on p.id = r.order_id
      join ledger.payment_order a on a.repays = p.id and a.state <> 'cancelled'
     where r.batch_id = batch and r.outcome = 'returned' and r.cancelled_at is null
    union all
    select r.line, 'payment_order', p.id, 'RETURN_SETTLED', jsonb_build_object('order', p.no)
      from ledger.payment_result r join ledger.payment_order p on p.id = r.order_id
     where r.batch_id = batch and r.outcome = 'returned' and r.cancelled_at is null and (p.state <> 'returned' or r.carried_on is not null);
end $$;
comment on function ledger.result_blockers is 'What bars the cancellation of a file of results: an order that came back by it is paid once more, its expense was taken back, or its money was carried over at the end of the year.';

create function ledger.cancel_batch_results(batch bigint, who text) returns void
language plpgsql as $$
begin
    update ledger.payment_order p
       set state = case when t.confirmed_at is not null then 'paid' else r.before end,
           settled_on = case when t.confirmed_at is not null then t.paid_on end
      from ledger.payment_result r
      join ledger.transfer_file t on t.file_id = r.file_id
     where r.batch_id = batch and r.cancelled_at is null and p.id = r.order_id
       and (r.outcome = 'returned' and p.state = 'returned' or r.outcome = 'paid' and p.state = 'paid' and r.before = 'released');
    update ledger.creditor_account k set unpayable_reason = null, unpayable_since = null
      from ledger.payment_result r
     where r.batch_id = batch and r.cancelled_at is null and r.marked and k.id = r.account_id and k.unpayable_reason is not null;
    insert into audit.event (actor, action, object, object_id, before, after)
    select who, 'payment_order.return_cancelled', 'payment_order', p.no, jsonb_build_object('state', 'returned', 'reason', r.reason),
           jsonb_build_object('state', p.state)
      from ledger.payment_result r join ledger.payment_order p on p.id = r.order_id
     where r.batch_id = batch and r.cancelled_at is null and r.outcome = 'returned' order by r.line;
    update ledger.payment_result r set cancelled_at = clock_timestamp() where r.batch_id = batch and r.cancelled_at is null;
    update ledger.payroll_result r set cancelled_at = clock_timestamp() where r.batch_id = batch and r.cancelled_at is null;
end $$;
comment on function ledger.cancel_batch_results is 'The results of a batch were taken in by mistake: the orders are what they were, and the marks of accounts go.';

create function ledger.file_is_with_bank(of_file bigint, carried boolean) returns boolean
language sql stable as $$
    -- By its last delivery. What people carry lies in the outbox by then: the bank has it when the task is done, or was seen to take it.
    -- A delivery that was unclear is no such row: a person found that it arrived.
    select coalesce((select d.kind = 'accepted' or coalesce(t.outcome = 'done', not carried and t.id is null)
                       from export.delivery d
                       left join work.task t on t.file_id = d.file_id and t.kind = 'carry' and t.key = d.id::text
                      where d.file_id = of_file and d.kind in ('delivered', 'accepted')
                      order by d.id desc limit 1), true)
$$;
comment on function ledger.file_is_with_bank is 'Whether a delivered file is known to be with the bank. carried: people carry the files of its topic from the outbox. A carry task that ended as not needed is none that was done.';

create function ledger.confirm_transfers(today date, carried text[] default '{}') returns bigint
language plpgsql as $$
declare
    confirmed bigint;
begin
    with due as (
        -- A file of which nobody knows whether the bank has it confirms nothing, nor does one that nobody has carried there yet.
        update ledger.transfer_file t set confirmed_at = clock_timestamp()
          from export.file f
         where t.confirmed_at is null and t.paid_on < today and f.id = t.file_id and f.state = 'delivered'
           and ledger.file_is_with_bank(f.id, f.topic = any (carried))
        returning t.file_id, t.paid_on
    ), paid as (
        update ledger.payment_order p set state = 'paid', settled_on = d.paid_on
          from due d join export.claim c on c.file_id = d.file_id and c.object = 'payment_order' and c.live
         where p.id = c.object_id and p.state = 'released'
        returning d.file_id, d.paid_on, p.method, p.amount - p.deducted as amount
    ), told as (
        insert into audit.event (actor, action, object, object_id, after)
        select 'renkei', 'payment_order.paid', 'export_file', file_id::text,
               jsonb_build_object('count', count(*), 'paid_on', paid_on,
                                  -- What the bank transferred. Orders of a payroll are gross, and their file carries net pay by person.
                                  'yen', case when bool_or(method = 'payroll') then (select f.total from export.file f where f.id = file_id) else sum(amount) end)
          from paid group by file_id, paid_on order by file_id
    )
    select count(*) into confirmed from paid;
    return confirmed;
end $$;
comment on function ledger.confirm_transfers is '支払の確認: the orders of files that are with the bank, whose day has passed, and that did not come back, are paid. carried: topics whose files people carry from the outbox. Returns how many. Running it again changes nothing.';

-- ── Paying once more ────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.check_repayments() returns trigger
language plpgsql as $$
declare
    bad record;
begin
    if not exists (select from added where repays is not null) then
        return null;
    end if;
    -- Two people may order it at once: the lock makes the second wait and then see the first.
    perform from ledger.payment_order p where p.id in (select repays from added) order by p.id for update;
    select a.no, f.no as failed, f.state, f.id is not null
           and (f.fiscal_year, f.fund, f.budget_line, f.organization, f.creditor, f.amount, f.deducted, f.method, coalesce(f.commitment, ''))
             = (a.fiscal_year, a.fund, a.budget_line, a.organization, a.creditor, a.amount, a.deducted, a.method, coalesce(a.commitment, '')) as same,
           (select count(*) from ledger.payment_order o where o.repays = f.id and o.state <> 'cancelled') as live
      into bad
      from added a left join ledger.payment_order f on f.id = a.repays
     where a.repays is not null
       and (f.state <> 'returned' or (select count(*) from ledger.payment_order o where o.repays = f.id and o.state <> 'cancelled') > 1
            or (f.fiscal_year, f.fund, f.budget_line, f.organization, f.creditor, f.amount, f.deducted, f.method, coalesce(f.commitment, ''))
            <> (a.fiscal_year, a.fund, a.budget_line, a.organization, a.creditor, a.amount, a.deducted, a.method, coalesce(a.commitment, '')))
     limit 1;
    if found and bad.state <> 'returned' then
        raise exception 'payment order % is %: only what came back is paid once more', bad.failed, bad.state
            using errcode = 'RK015', constraint = 'repay_order_returned';
    elsif found and bad.live > 1 then
        raise exception 'payment order % is being paid once more already', bad.failed using errcode = 'RK015', constraint = 'repay_once';
    elsif found then
        raise exception 'payment order % is not what came back with %', bad.no, bad.failed using errcode = 'RK015', constraint = 'repay_same_payment';
    end if;
    return null;
end $$;
comment on function ledger.check_repayments is 'A 再振込 is the payment that came back, to the yen, and there is one at a time.';
create trigger payment_order_repays_what_came_back after insert on ledger.payment_order
    referencing new table as added for each statement execute function ledger.check_repayments();

create function ledger.repay_order(failed_no text, new_date date, who text, today date) returns text
language plpgsql as $$
declare
    failed   ledger.payment_order;
    deposit  boolean;
    made     text;
begin
    select * into failed from ledger.payment_order p where p.no = failed_no for update;
    if not found then
        raise exception 'ORDER_UNKNOWN' using errcode = 'RK010', detail = json_build_object('order', failed_no);
    end if;
    select r.in_deposit into deposit from ledger.payment_result r
     where r.order_id = failed.id and r.outcome = 'returned' and r.cancelled_at is null;
    if failed.state <> 'returned' or not found then
        raise exception 'payment order % is %: only what came back is paid once more', failed_no, failed.state
            using errcode = 'RK015', constraint = 'repay_order_returned';
    end if;
    if exists (select from ledger.payment_order o where o.repays = failed.id and o.state <> 'cancelled') then
        raise exception 'payment order % is being paid once more already', failed_no using errcode = 'RK015', constraint = 'repay_once';
    end if;
    if new_date < today or not ledger.is_business_day(new_date, 'bank') then
        raise exception '% is no bank business day from today on', new_date using errcode = 'RK015', constraint = 'repay_bank_day';
    end if;
    if not deposit and not ledger.fiscal_year_accepts(failed.fiscal_year, new_date) then
        raise exception 'the books of fiscal year % are closed on %', failed.fiscal_year, new_date
            using errcode = 'RK015', constraint = 'repay_year_open';
    end if;
    if not exists (select from ledger.creditor_account k
                    where k.creditor = failed.creditor and new_date between k.valid_from and k.valid_to and k.unpayable_reason is null) then
        raise exception 'creditor % has no account on % that can be paid', failed.creditor, new_date
            using errcode = 'RK015', constraint = 'repay_account_payable';
    end if;
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, invoice_id, commitment, amount, deducted, pay_date, method, memo,
                                      made_by, repays, from_deposit)
    values (ledger.next_payment_order_no(failed.fiscal_year), failed.fiscal_year, failed.fund, failed.budget_line, failed.organization, failed.creditor,
            failed.invoice_id, failed.commitment, failed.amount, failed.deducted, new_date, failed.method, regexp_replace(failed.memo, '^(再振込 )?', '再振込 '), who,
            failed.id, deposit)
    returning no into made;
    -- Pay to staff consists of the same parts as before; what was kept back of it is kept back again.
    insert into ledger.staff_payment (order_id, part, staff_no, tax_column, kind, taxable, nontaxable, social, withheld)
    select p.id, s.part, s.staff_no, s.tax_column, s.kind, s.taxable, s.nontaxable, s.social, s.withheld
      from ledger.staff_payment s join ledger.payment_order p on p.no = made where s.order_id = failed.id;
    insert into audit.event (actor, action, object, object_id, after)
    values (who, 'payment_order.repay', 'payment_order', made, jsonb_build_object('repays', failed_no, 'amount', failed.amount, 'pay_date', new_date));
    return made;
end $$;
comment on function ledger.repay_order is '再振込: a draft that pays once more what came back. A second person approves it, and the next file carries it.';

create function ledger.correct_account(creditor text, account text, holder text, who text, today date) returns date
language plpgsql as $$
declare
    old   ledger.creditor_account;
    parts record;
    begins date;
begin
    select * into old from ledger.creditor_account k
     where k.creditor = correct_account.creditor and k.valid_to >= today order by k.valid_from limit 1 for update;
    if not found then
        raise exception 'creditor % has no account on %', creditor, today using errcode = 'RK015', constraint = 'account_to_correct';
    end if;
    select * into parts from ledger.account_parts(account);
    if parts.bank is null or parts.kind not in ('1', '2', '4', '9') then
        raise exception 'account % is not written bank:branch:kind:number', account using errcode = 'RK015', constraint = 'account_written';
    end if;
    if not exists (select from ledger.branch_on(parts.bank, parts.branch, today)) then
        raise exception 'there is no branch %-% on %', parts.bank, parts.branch, today using errcode = 'RK015', constraint = 'account_branch_known';
    end if;
    holder := coalesce(nullif(holder, ''), old.holder_kana);
    if (parts.bank, parts.branch, parts.kind, parts.number, holder) = (old.bank, old.branch, old.kind, old.number, old.holder_kana) then
        raise exception 'that is the account creditor % has', creditor using errcode = 'RK015', constraint = 'account_changes';
    end if;
    begins := greatest(today, old.valid_from + 1);
    update ledger.creditor_account k set valid_to = begins - 1 where k.id = old.id;
    insert into ledger.creditor_account (creditor, valid_from, valid_to, bank, branch, kind, number, holder_kana)
    values (old.creditor, begins, old.valid_to, parts.bank, parts.branch, parts.kind, parts.number, holder);
    insert into audit.event (actor, action, object, object_id, before, after)
    values (who, 'creditor_account.correct', 'creditor', old.creditor,
            jsonb_build_object('account', concat_ws(':', old.bank, old.branch, old.kind, old.number), 'holder', old.holder_kana, 'reason', old.unpayable_reason),
            jsonb_build_object('account', concat_ws(':', parts.bank, parts.branch, parts.kind, parts.number), 'holder', holder, 'from', begins));
    return begins;
end $$;
comment on function ledger.correct_account is 'Gives a creditor another account from a day on; the old one, with its mark, stays as it was. Returns the first day of the new one.';

create function ledger.confirm_account(creditor text, who text, why text, today date) returns bigint
language plpgsql as $$
declare
    cleared bigint;
begin
    if btrim(coalesce(why, '')) = '' then
        raise exception 'an account is not confirmed without a reason' using errcode = 'RK015', constraint = 'account_confirmed_why';
    end if;
    with was as materialized (
        select k.* from ledger.creditor_account k
         where k.creditor = confirm_account.creditor and k.unpayable_reason is not null and k.valid_to >= today for update
    ), cleared_now as (
        update ledger.creditor_account k set unpayable_reason = null, unpayable_since = null from was w where k.id = w.id
    )
    insert into audit.event (actor, action, object, object_id, before, reason)
    select who, 'creditor_account.confirm', 'creditor', w.creditor,
           jsonb_build_object('account', concat_ws(':', w.bank, w.branch, w.kind, w.number), 'reason', w.unpayable_reason), why from was w;
    get diagnostics cleared = row_count;
    if cleared = 0 then
        raise exception 'no account of creditor % is marked', creditor using errcode = 'RK015', constraint = 'account_is_marked';
    end if;
    return cleared;
end $$;
comment on function ledger.confirm_account is 'The marked account is right after all (the bank erred, or corrected it): transfers go to it again.';

create function ledger.settle_returned(ids bigint[], who text, why text, today date) returns bigint
language plpgsql as $$
declare
    settled bigint;
    bad     record;
begin
    if btrim(coalesce(why, '')) = '' then
        raise exception 'a payment is not given up without a reason' using errcode = 'RK015', constraint = 'settle_why';
    end if;
    perform ledger.lock_orders(ids);
    select p.no, p.state, a.no as again, export.same_person(p.made_by, who) as own, r.in_deposit, p.fiscal_year into bad
      from ledger.payment_order p
      left join ledger.payment_order a on a.repays = p.id and a.state <> 'cancelled'
      left join ledger.payment_result r on r.order_id = p.id and r.outcome = 'returned' and r.cancelled_at is null
     where p.id = any (ids)
       and (p.state <> 'returned' or a.id is not null or export.same_person(p.made_by, who)
            or not r.in_deposit and not ledger.fiscal_year_accepts(p.fiscal_year, today))
     order by p.id limit 1;
    if found then
        raise exception 'payment order % cannot be given up', bad.no
            using errcode = 'RK015', constraint = case when bad.state <> 'returned' then 'settle_returned_only' when bad.again is not null then 'repay_once'
                                                       when bad.own then 'settle_by_second_person' else 'settle_year_open' end;
    end if;
    select p.no, p.fund into bad
      from ledger.payment_order p
      join ledger.payment_result r on r.order_id = p.id and r.outcome = 'returned' and r.cancelled_at is null and r.in_deposit
     where p.id = any (ids)
       and not exists (select from ledger.past_year_revenue y where (y.fiscal_year, y.fund) = (ledger.fiscal_year(today), p.fund))
     order by p.id limit 1;
    if found then
        raise exception 'fund % has no budget line for revenue of past years in fiscal year %', bad.fund, ledger.fiscal_year(today)
            using errcode = 'RK015', constraint = 'settle_revenue_line';
    end if;
    perform ledger.begin_journal();
    create temp table run on commit drop as select null::bigint as file_id, who as ordered_by;
    with gone as (
        update ledger.payment_order p set state = 'cancelled'
          from ledger.payment_result r
         where p.id = any (ids) and r.order_id = p.id and r.outcome = 'returned' and r.cancelled_at is null
        returning p.*, r.in_deposit
    ), invoice_gone as (
        -- Nobody pays it any more; it may be handed in again.
        update ledger.invoice v set cancelled_at = clock_timestamp() from gone g where v.id = g.invoice_id and v.cancelled_at is null
    ), told as (
        insert into audit.event (actor, action, object, object_id, before, after, reason)
        select who, 'payment_order.settle', 'payment_order', g.no, jsonb_build_object('state', 'returned'),
               jsonb_build_object('state', 'cancelled', 'amount', g.amount, 'to', case when g.in_deposit then 'revenue' else 'budget' end), why
          from gone g order by g.id
    ), booked as (
        select g.*, 'EXPENSE' as event, g.fiscal_year as year, g.budget_line as on_line, -g.amount as yen from gone g where not g.in_deposit
        union all
        -- Out of 歳入歳出外現金, and taken up as revenue of the year: cash moves twice.
        select g.*, e.event, y.fiscal_year, case e.event when 'RETURN_TO_REVENUE' then y.budget_line end, g.amount
          from gone g
          join ledger.past_year_revenue y on (y.fiscal_year, y.fund) = (ledger.fiscal_year(today), g.fund)
         cross join (values ('RETURN_FROM_DEPOSIT'), ('RETURN_TO_REVENUE')) e (event)
         where g.in_deposit
    )
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select event, year, today, fund, on_line, organization, yen, '戻入 ' || memo, 'payment_order', id from booked order by id, event;
    -- Given up with it: the orders it paid once more. Their claim is the same one, and its expense is taken back once.
    with recursive earlier as (
        select p.repays as id from ledger.payment_order p where p.id = any (ids) and p.repays is not null
        union
        select p.repays from earlier e join ledger.payment_order p on p.id = e.id where p.repays is not null
    ), gone as (
        update ledger.payment_order p set state = 'cancelled' from earlier e where p.id = e.id and p.state = 'returned' returning p.*
    )
    insert into audit.event (actor, action, object, object_id, before, after, reason)
    select who, 'payment_order.settle', 'payment_order', g.no, jsonb_build_object('state', 'returned'),
           jsonb_build_object('state', 'cancelled', 'with_second_order', true), why
      from gone g order by g.id;
    perform ledger.post_journal();
    drop table pg_temp.journal;
    drop table pg_temp.run;
    select count(distinct i) into settled from unnest(ids) i;
    return settled;
end $$;
comment on function ledger.settle_returned is '戻入: what came back is not paid again. Its expense is taken back; after the books of its year were closed it becomes 過年度収入. All or none, by a second person.';

create function ledger.carry_returned(year int, who text, today date) returns bigint
language plpgsql as $$
declare
    carried bigint;
begin
    if today < make_date(year + 1, 4, 1) then
        raise exception 'what came back in % is carried over from 1 April of %, not on %', year, year + 1, today
            using errcode = 'RK015', constraint = 'carry_before_closing';
    end if;
    perform from ledger.payment_order p
      where p.fiscal_year = year and (p.state = 'returned' or p.repays is not null and p.state in ('draft', 'approved')) order by p.id for update;
    -- A 再振込 whose day has come unsent cannot be paid out of the year any more: it ends, and what came back is carried over.
    with unsent as (
        update ledger.payment_order a set state = 'cancelled'
          from ledger.payment_order p
         where p.id = a.repays and p.fiscal_year = year and p.state = 'returned' and not a.from_deposit
           and a.state in ('draft', 'approved') and a.pay_date <= today
           and not exists (select from export.live_claim c where c.object = 'payment_order' and c.object_id = a.id)
        returning a.id, a.no, a.amount, a.pay_date
    )
    insert into audit.event (actor, action, object, object_id, after, reason)
    select who, 'payment_order.cancel', 'payment_order', u.no, jsonb_build_object('state', 'cancelled', 'amount', u.amount, 'pay_date', u.pay_date),
           '出納閉鎖: 未送付の再振込' from unsent u order by u.id;
    perform ledger.begin_journal();
    create temp table run on commit drop as select null::bigint as file_id, who as ordered_by;
    with left_over as (
        update ledger.payment_result r set in_deposit = true, carried_on = today
          from ledger.payment_order p
         where p.id = r.order_id and p.fiscal_year = year and p.state = 'returned' and r.outcome = 'returned' and r.cancelled_at is null and not r.in_deposit
           and not exists (select from ledger.payment_order a where a.repays = p.id and a.state <> 'cancelled')
        returning p.*
    ), told as (
        insert into audit.event (actor, action, object, object_id, after)
        select who, 'payment_order.carry', 'payment_order', l.no, jsonb_build_object('amount', l.amount, 'year', year) from left_over l order by l.id
    )
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select e.event, e.year, today, l.fund, case when e.year = l.fiscal_year then l.budget_line end, l.organization, l.amount, '繰越 ' || l.memo,
           'payment_order', l.id
      from left_over l
      -- Once the books are closed nothing moves out of them any more: what is owed changes its name in the year of the day.
      join (values ('RETURN_CARRIED', carry_returned.year, true), ('RETURN_TO_DEPOSIT', carry_returned.year + 1, true),
                   ('RETURN_CARRIED_LATE', ledger.fiscal_year(today), false)) e (event, year, open)
        on e.open = ledger.fiscal_year_accepts(l.fiscal_year, today)
     order by e.year, l.id;
    select count(distinct object_id) into carried from pg_temp.journal;
    perform ledger.post_journal();
    drop table pg_temp.journal;
    drop table pg_temp.run;
    return carried;
end $$;
comment on function ledger.carry_returned is '出納閉鎖: what came back in a year and is not being paid again is paid out of the year into 歳入歳出外現金 of the next, so that it can be paid after 31 May; whoever forgot it does so afterwards, in the books of the day. A 再振込 that was not sent by its day ends. Returns how many.';

create view ledger.returned_order as
select p.id, p.no, p.creditor, c.name, p.amount, r.returned_on, r.reason, n.name as reason_name, n.name_en as reason_name_en, r.bank_text, r.in_deposit,
       k.unpayable_reason is not null as account_marked, a.no as again, a.state as again_state, a.pay_date as again_on
  from ledger.payment_order p
  join ledger.payment_result r on r.order_id = p.id and r.outcome = 'returned' and r.cancelled_at is null
  join ledger.return_reason n on n.code = r.reason
  join ledger.creditor c on c.no = p.creditor
  left join ledger.creditor_account k on k.id = r.account_id and k.valid_to = date '9999-12-31'
  left join ledger.payment_order a on a.repays = p.id and a.state <> 'cancelled'
 where p.state = 'returned' and coalesce(a.state, '') not in ('released', 'paid', 'returned');
comment on view ledger.returned_order is '振込不能・組戻の未処理: what came back and was neither sent once more nor taken back.';

-- ── Seed: where the invented ward takes up revenue of past years ────────────────────────────────────────────────────────

insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget)
select y, '01', '2105010191', 'revenue', '諸収入 雑入 過年度収入', '4290', 0 from generate_series(2025, 2027) y;
insert into ledger.past_year_revenue (fiscal_year, fund, budget_line)
select y, '01', '2105010191' from generate_series(2025, 2027) y;
