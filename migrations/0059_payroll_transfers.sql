-- Pay by person for the bank's file (09): 給与振込・賞与振込.

-- ── Pay by person (給与振込明細) ────────────────────────────────────────────────────────────────────────────────────────────
-- 20 brings what a payroll comes to, without persons. Whom the bank credits is known to the payroll section alone; it hands the list to
-- the cashier's office for the one purpose of the bank's file. A list is of a run of 20, and must come to its net pay.

create table ledger.payroll_list (
    id         bigint generated always as identity constraint payroll_list_pk primary key,
    run_id     bigint      not null references ledger.payroll_run,
    heads      bigint      not null,
    amount     bigint      not null constraint payroll_list_is_positive check (amount > 0),
    sha256     text        not null constraint payroll_list_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$'),
    brought_by text        not null,
    brought_at timestamptz not null default clock_timestamp()
);
comment on table ledger.payroll_list is '給与振込明細: a list of persons and accounts as the payroll section handed it over. The file itself is not kept, its digest is.';
create index payroll_list_by_run on ledger.payroll_list (run_id);

create table ledger.payroll_transfer (
    id            bigint generated always as identity constraint payroll_transfer_pk primary key,
    run_id        bigint not null references ledger.payroll_run,
    list_id       bigint not null references ledger.payroll_list,
    line          bigint not null,
    staff_no      text   not null constraint payroll_transfer_staff_no_is_ten_digits check (staff_no ~ '^[0-9]{1,10}$'),
    section       text   not null constraint payroll_transfer_section_is_ten_digits check (section ~ '^[0-9]{1,10}$'),
    bank          text   not null constraint payroll_transfer_bank_is_four_digits check (bank ~ '^[0-9]{4}$'),
    branch        text   not null constraint payroll_transfer_branch_is_three_digits check (branch ~ '^[0-9]{3}$'),
    account_kind  text   not null constraint payroll_transfer_kind_is_known check (account_kind in ('1', '2')),
    account       text   not null constraint payroll_transfer_account_is_seven_digits check (account ~ '^[0-9]{7}$'),
    holder_kana   text   not null constraint payroll_transfer_holder_fits check (length(holder_kana) between 1 and 30),
    amount        bigint not null constraint payroll_transfer_is_positive check (amount > 0),
    pay_date      date,
    held_in       text   references ledger.fund,
    written_on    date,
    repays        bigint,
    withdrawn_at  timestamptz,
    superseded_by bigint references ledger.payroll_list,
    constraint payroll_transfer_repays_out_of_deposit check (repays is null or num_nulls(pay_date, held_in) = 0)
);
comment on table ledger.payroll_transfer is 'One credit of a 給与振込明細: a person may have pay go to several accounts. What it says is about a person: shown nowhere but in the bank''s file.';
comment on column ledger.payroll_transfer.section is '所属コード as the payroll system writes it; the bank''s file has ten digits for it.';
comment on column ledger.payroll_transfer.pay_date is 'The day it is due, where that is not the day of its run: it was moved after other pay of the run had left, or it pays once more what came back.';
comment on column ledger.payroll_transfer.held_in is '会計 that holds its money as 歳入歳出外現金: the gross orders were booked with a file that did not carry it. The release of its file pays it out of that.';
comment on column ledger.payroll_transfer.written_on is 'The day of the transfer as the file says that carries it.';
comment on column ledger.payroll_transfer.repays is '再振込: the 給与返戻 (payroll_result) this one pays once more. It is no part of the list.';
comment on column ledger.payroll_transfer.withdrawn_at is 'A 再振込 that is not made after all, while no file carried it.';
comment on column ledger.payroll_transfer.superseded_by is 'A later list of the run took its place, while no file carried it.';
create unique index payroll_transfer_once on ledger.payroll_transfer (run_id, staff_no, bank, branch, account_kind, account)
    where superseded_by is null and repays is null;
create unique index payroll_transfer_repays_once on ledger.payroll_transfer (repays) where repays is not null and withdrawn_at is null;
create index payroll_transfer_by_own_day on ledger.payroll_transfer (pay_date) where pay_date is not null;
create index payroll_transfer_by_list on ledger.payroll_transfer (list_id, line);

create view ledger.payroll_credit as
select t.id, t.run_id, t.list_id, t.staff_no, t.section, t.bank, t.branch, t.account_kind, t.account, t.holder_kana, t.amount, t.held_in, t.repays,
       coalesce(t.pay_date, r.pay_date) as pay_date, r.pay_month, r.pay_kind
  from ledger.payroll_transfer t
  join ledger.payroll_run r on r.id = t.run_id
 where t.superseded_by is null and t.withdrawn_at is null and r.cancelled_at is null and r.replaced_by is null;
comment on view ledger.payroll_credit is 'Credits that count, with the day each is due.';

create function ledger.payroll_file(run bigint) returns bigint
language sql stable as $$
    select min(c.file_id)
      from ledger.payroll_transfer t join export.claim c on c.object = 'payroll_transfer' and c.object_id = t.id and c.live
     where t.run_id = run
$$;
comment on function ledger.payroll_file is 'A live file that carries pay of a run, the first; null when none does.';

create function ledger.payroll_file_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
begin
    -- A file may be in the making: it holds the lock, and what is read afterwards is what it left.
    perform from ledger.payroll_run r where r.batch_id = batch order by r.id for update;
    return query
    select (select min(x.line) from ledger.payroll_expense x where x.run_id = r.id), 'payroll_run', r.id, 'PAYROLL_BLOCKED_BY_FILE',
           jsonb_build_object('month', r.pay_month, 'file', f.file_id)
      from ledger.payroll_run r cross join lateral (select ledger.payroll_file(r.id) as file_id) f
     where r.batch_id = batch and f.file_id is not null;
end $$;
comment on function ledger.payroll_file_blockers is 'The runs of a batch of 20 whose net pay is in a live file: that batch is not cancelled, whatever became of its orders.';

create function ledger.lock_payroll_runs(day date) returns void
language plpgsql as $$
begin
    perform from ledger.payroll_run r
      where r.pay_date = day or exists (select from ledger.payroll_transfer t where t.run_id = r.id and t.pay_date = day) order by r.id for update;
end $$;
comment on function ledger.lock_payroll_runs is 'First step of a payroll file: who hands over a list, or replaces a run, waits, and who did since the snapshot makes the attempt fail (it is made again).';

-- ── Bringing a list ──────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.bring_payroll_list() returns void
language plpgsql as $$
#variable_conflict use_column
declare
    head  record;
    run   record;
    made  bigint;
begin
    create temp table refusal (object text, object_id bigint, code text, detail jsonb, severity text) on commit drop;
    select h.business, h.pay_date, b.today, b.actor, b.sha256, (select sum(p.amount)::bigint from pg_temp.brought_pay p) as amount,
           (select count(distinct p.staff_no) from pg_temp.brought_pay p) as heads
      into head from pg_temp.brought_header h cross join pg_temp.brought b;
    -- The file says month and day, and whether it is a bonus: the run in force of that day, or what is left of it, and of several the
    -- one with this sum.
    select r.run_id, r.pay_month, r.pay_kind, d.pay_date, r.to_accounts into run
      from ledger.payroll_balance r
     cross join lateral (select r.pay_date
                         union
                         select c.pay_date from ledger.payroll_credit c where c.run_id = r.run_id and c.repays is null) d
     where to_char(d.pay_date, 'MM-DD') = head.pay_date and d.pay_date between head.today and head.today + 180
       and (r.pay_kind = '2') = (head.business in ('12', '72'))
     order by (r.to_accounts = head.amount) desc, r.run_id limit 1;
    if run.run_id is null then
        insert into refusal (code, detail, severity)
        values ('PAYROLL_RUN_UNKNOWN', jsonb_build_object('business', head.business, 'pay_date', head.pay_date), 'stop');
        return;
    end if;
    -- Written, not only locked: a file of the run that is being made has an older snapshot, and must fail on this row.
    update ledger.payroll_run r set listed_at = clock_timestamp()
     where r.id = run.run_id and r.cancelled_at is null and r.replaced_by is null;
    if not found then
        insert into refusal (code, detail, severity)
        values ('PAYROLL_RUN_UNKNOWN', jsonb_build_object('business', head.business, 'pay_date', head.pay_date), 'stop');
        return;
    end if;
    insert into refusal (code, detail, severity)
    select 'PAYROLL_LIST_DIFFERS', jsonb_build_object('month', run.pay_month, 'list', head.amount, 'net', run.to_accounts), 'stop'
     where head.amount <> run.to_accounts
    union all
    select 'PAYROLL_LIST_REPEATED', jsonb_build_object('staff', p.staff_no, 'lines', string_agg(p.line::text, ', ' order by p.line)), 'stop'
      from pg_temp.brought_pay p group by p.staff_no, p.bank, p.branch, p.account_kind, p.account having count(*) > 1
    union all
    -- What is in a file is as it is: a list that says otherwise would pay the difference to nobody, or twice.
    select 'PAYROLL_LIST_IN_FILE', jsonb_build_object('staff', t.staff_no, 'file', c.file_id), 'stop'
      from ledger.payroll_transfer t
      join export.claim c on c.object = 'payroll_transfer' and c.object_id = t.id and c.live
     where t.run_id = run.run_id and t.superseded_by is null and t.repays is null
       and not exists (select from pg_temp.brought_pay p
                        where (p.staff_no, p.bank, p.branch, p.account_kind, p.account, p.amount, p.holder)
                            = (t.staff_no, t.bank, t.branch, t.account_kind, t.account, t.amount, t.holder_kana));
    if exists (select from refusal) then
        return;
    end if;
    insert into ledger.payroll_list (run_id, heads, amount, sha256, brought_by) values (run.run_id, head.heads, head.amount, head.sha256, head.actor)
    returning id into made;
    update ledger.payroll_transfer t set superseded_by = made
     where t.run_id = run.run_id and t.superseded_by is null and t.repays is null
       and not exists (select from export.claim c where c.object = 'payroll_transfer' and c.object_id = t.id and c.live);
    -- What takes the place of pay that was moved is due on that day, and out of the same money.
    insert into ledger.payroll_transfer (run_id, list_id, line, staff_no, section, bank, branch, account_kind, account, holder_kana, amount, pay_date, held_in)
    select run.run_id, made, p.line, p.staff_no, p.section, p.bank, p.branch, p.account_kind, p.account, p.holder, p.amount, w.pay_date, w.held_in
      from pg_temp.brought_pay p
     cross join (select max(t.pay_date) as pay_date, max(t.held_in) as held_in from ledger.payroll_transfer t where t.superseded_by = made) w
     where not exists (select from ledger.payroll_transfer t
                        where t.run_id = run.run_id and t.superseded_by is null and t.repays is null
                          and (t.staff_no, t.bank, t.branch, t.account_kind, t.account) = (p.staff_no, p.bank, p.branch, p.account_kind, p.account))
     order by p.line;
    create temp table outcome on commit drop as
    select '給与振込明細 ' || run.pay_month || ' 支払日 ' || run.pay_date as label_ja, 'payroll list ' || run.pay_month || ', pay date ' || run.pay_date as label_en,
           (select count(*) from pg_temp.brought_pay) as count, head.amount as yen
    union all
    select '人数', 'persons', head.heads, run.to_accounts;
end $$;
comment on function ledger.bring_payroll_list is 'The payroll section''s list, as the 全銀 file its system makes. It must come to the net pay to accounts of a run of 20; it replaces an earlier list but for what a file carries already.';

create function ledger.payroll_name_fault(name text) returns text
language sql immutable parallel safe as $$
    select coalesce(substring(name from '[^ｱ-ﾝﾞﾟ0-9 ]'), ledger.bank_name_fault(name))
$$;
comment on function ledger.payroll_name_fault is 'The first character that a name in a payroll file may not hold: kana, digits and blanks, no letter and no sign. Stricter than ledger.bank_name_fault.';

create function ledger.payroll_kind_name(pay_kind text) returns text
language sql immutable parallel safe as $$
    select case pay_kind when '1' then '例月' when '2' then '期末勤勉' when '3' then '差額' when '4' then '随時' when '5' then '退職' end
$$;
comment on function ledger.payroll_kind_name is '支給区分 in words.';

create function ledger.payroll_orders(run bigint) returns table (order_id bigint)
language sql stable as $$
    select distinct x.order_id
      from ledger.payroll_expense x join ledger.payroll_section s on s.section = x.section and s.withheld
     where x.run_id = run
$$;
comment on function ledger.payroll_orders is 'The orders that net pay and deductions come from (節01–03): the payroll file pays them. The employer''s share and benefits have another payee.';

create function ledger.payroll_fund(run bigint) returns text
language sql stable as $$
    select coalesce((select min(e.fund) from ledger.payroll_run r join ledger.entry e on e.batch_id = r.batch_id and e.event = 'NONBUDGET_IN' where r.id = run),
                    (select min(p.fund) from ledger.payroll_orders(run) o join ledger.payment_order p on p.id = o.order_id))
$$;
comment on function ledger.payroll_fund is '会計 whose cash holds 歳入歳出外現金 of a payroll.';

create function ledger.check_payroll_release(file bigint, today date) returns timestamptz
language plpgsql as $$
declare
    need    record;
    day     date;
    ahead   bigint;
    invalid bigint;
    stale   bigint;
begin
    select coalesce(max(value) filter (where key = 'non_business_day'), 'refuse') as on_holiday, max(value) filter (where key = 'own_bank') as own_bank,
           (max(value) filter (where key = 'days_ahead_min'))::int as days, (max(value) filter (where key = 'own_days_ahead_min'))::int as own_days,
           (max(value) filter (where key = 'cut_off'))::time as cut_off, (max(value) filter (where key = 'own_cut_off'))::time as own_cut_off
      into need from pg_temp.setting;
    create temp table leaving_pay on commit drop as
    select t.bank, t.branch, ledger.transfer_day(t.written_on, need.on_holiday) as day
      from export.claim c
      join ledger.payroll_transfer t on t.id = c.object_id
     where c.file_id = file and c.object = 'payroll_transfer';
    select count(*) into stale
      from export.claim c
      join ledger.payroll_transfer t on t.id = c.object_id
      join ledger.payroll_run r on r.id = t.run_id
     where c.file_id = file and c.object = 'payroll_transfer' and (t.superseded_by is not null or t.withdrawn_at is not null or r.cancelled_at is not null or r.replaced_by is not null);
    if stale > 0 then
        raise exception '% credit(s) of the file are not due any more', stale
            using errcode = 'RK013', constraint = 'payroll_pay_is_due', detail = stale || ' credit(s)';
    end if;
    -- The file that had the gross orders was voided, and no other has them yet: the pay would leave without being booked.
    select count(*) into stale
      from (select distinct t.run_id from export.claim c join ledger.payroll_transfer t on t.id = c.object_id
             where c.file_id = file and c.object = 'payroll_transfer') r
     cross join lateral ledger.payroll_orders(r.run_id) o
      join ledger.payment_order p on p.id = o.order_id
     where p.state not in ('in_file', 'released', 'paid');
    if stale > 0 then
        raise exception '% order(s) of the payroll are in no file', stale
            using errcode = 'RK013', constraint = 'payroll_orders_in_a_file', detail = stale || ' order(s)';
    end if;
    select min(l.day) into day from leaving_pay l;
    perform ledger.check_banks_are_open(day);
    if (select bool_and(l.bank = need.own_bank) from leaving_pay l) then
        need.days := need.own_days;
        need.cut_off := need.own_cut_off;
    end if;
    ahead := ledger.bank_days_ahead(today, today = clock.at::date and clock.at::time > need.cut_off, day)
      from (select clock_timestamp() at time zone 'Asia/Tokyo' as at) clock;
    if day < today or ahead < need.days then
        raise exception 'the transfers are due on %, % bank business day(s) from %; the bank wants %', day, greatest(ahead, 0), today, need.days
            using errcode = 'RK013', constraint = 'transfer_day_passed', detail = 'pay date ' || day || ', released on ' || today;
    end if;
    select count(*) into invalid from leaving_pay l where not exists (select from ledger.branch_on(l.bank, l.branch, l.day));
    if invalid > 0 then
        raise exception '% account(s) are at branches that have ended', invalid
            using errcode = 'RK013', constraint = 'transfer_payee_invalid', detail = invalid || ' account(s)';
    end if;
    return ledger.bank_hour(need.days, need.cut_off, day);
end $$;
comment on function ledger.check_payroll_release is 'The rules of the day and of the branches, asked again when a payroll file leaves; and that no later list or run has taken its place. Gives by when the bank must have it.';

-- ── What the bank could not credit ───────────────────────────────────────────────────────────────────────────────────────
-- The orders of a payroll are gross and for all its persons: none of them comes back when one credit fails, and none is booked back.
-- The money is the ward's again but the pay is still owed: it is held as 歳入歳出外現金 until the person is paid in another way.

create table ledger.payroll_result (
    id           bigint generated always as identity constraint payroll_result_pk primary key,
    transfer_id  bigint not null references ledger.payroll_transfer,
    file_id      bigint not null,
    outcome      text   not null constraint payroll_result_outcome_is_known check (outcome in ('paid', 'returned')),
    reason       text,
    bank_text    text,
    fee          bigint,
    returned_on  date,
    fund         text   not null references ledger.fund,
    batch_id     bigint,
    line         bigint,
    cancelled_at timestamptz,
    paid_again_on date,
    paid_again_by text,
    paid_again_how text,
    constraint payroll_result_has_its_line check (num_nulls(batch_id, line) in (0, 2)),
    constraint payroll_result_returned_has_reason check ((outcome = 'returned') = (reason is not null and returned_on is not null)),
    constraint payroll_result_paid_again_is_signed check (num_nonnulls(paid_again_on, paid_again_by, paid_again_how) in (0, 3)),
    constraint payroll_result_paid_again_came_back check (paid_again_on is null or outcome = 'returned' and cancelled_at is null)
);
comment on table ledger.payroll_result is '給与振込の結果: what the bank said of one credit of a payroll file. One that came back waits until it is put down how the person was paid.';
comment on column ledger.payroll_result.fund is '会計 whose cash holds it as 歳入歳出外現金.';
comment on column ledger.payroll_result.paid_again_how is 'How the person got it, and what shows it: cash against receipt, a transfer at the counter.';
alter table ledger.payroll_transfer add constraint payroll_transfer_repays_what_came_back foreign key (repays) references ledger.payroll_result;
create unique index payroll_result_returns_once on ledger.payroll_result (transfer_id) where outcome = 'returned' and cancelled_at is null;
create index payroll_result_by_transfer on ledger.payroll_result (transfer_id);
create index payroll_result_by_batch on ledger.payroll_result (batch_id, line);

create table ledger.payroll_repayment (
    id           bigint generated always as identity constraint payroll_repayment_pk primary key,
    result_id    bigint not null references ledger.payroll_result,
    pay_date     date   not null,
    bank         text   not null,
    branch       text   not null,
    account_kind text   not null,
    account      text   not null,
    holder_kana  text   not null,
    made_by      text   not null,
    made_at      timestamptz not null default clock_timestamp(),
    approved_by  text,
    approved_at  timestamptz,
    transfer_id  bigint references ledger.payroll_transfer,
    withdrawn_by text,
    withdrawn_at timestamptz,
    withdrawn_why text,
    constraint payroll_repayment_is_approved_whole check (num_nulls(approved_by, approved_at, transfer_id) in (0, 3)),
    constraint payroll_repayment_by_second_person check (approved_by is null or not export.same_person(made_by, approved_by)),
    constraint payroll_repayment_withdrawn_is_signed check (num_nulls(withdrawn_by, withdrawn_at, withdrawn_why) in (0, 3) and btrim(withdrawn_why) <> '')
);
comment on table ledger.payroll_repayment is '給与返戻の再振込: pay that came back is transferred once more, to a corrected account or the same. A draft; once a second person has approved it, a credit for the next payroll file of its day. About a person, as payroll_transfer.';
create unique index payroll_repayment_once on ledger.payroll_repayment (result_id) where withdrawn_at is null;

create function ledger.payroll_results() returns table (
    line bigint, outcome text, reason text, bank_text text, fee bigint, day date, returned_on date, bank text, branch text, kind text, number text,
    amount bigint, transfer_id bigint, label text, file_id bigint, said text, said_reason text, twins bigint)
language plpgsql stable as $$
begin
    return query
    with row as materialized (
        -- A notice without 種別 may speak of pay where no payment order is meant.
        select s.*, nullif(ltrim(s.code1, '0'), '') as staff
          from ledger.result_rows() s
         where s.business <> '21'
            or s.business is null and not exists (select from ledger.transfer_results() o where o.line = s.line and o.order_id is not null)
    ), sent as materialized (
        select t.id, t.bank, t.branch, t.account_kind as kind, t.account as number, t.amount, ltrim(t.staff_no, '0') as staff, f.paid_on as day, f.file_id,
               concat((select min(o.no) from ledger.payroll_orders(r.id) x join ledger.payment_order o on o.id = x.order_id),
                      '（給与 ', r.pay_month, ' ', ledger.payroll_kind_name(r.pay_kind), '）') as label, p.outcome as said, p.reason as said_reason
          from pg_temp.batch b
          join ledger.transfer_file f on f.paid_on in (select distinct x.day from row x)
          join export.claim c on c.file_id = f.file_id and c.topic = b.topic and c.object = 'payroll_transfer' and c.live
          join ledger.payroll_transfer t on t.id = c.object_id
          join ledger.payroll_run r on r.id = t.run_id
          left join lateral (select q.outcome, q.reason from ledger.payroll_result q
                              where q.transfer_id = t.id and q.cancelled_at is null order by q.outcome desc limit 1) p on true
    ), line_rank as (
        select x.*, row_number() over same as nth, count(*) over (partition by x.day, x.bank, x.branch, x.kind, x.number, x.amount, x.staff) as lines
          from row x window same as (partition by x.day, x.bank, x.branch, x.kind, x.number, x.amount, x.staff order by x.line)
    )
    select x.line, x.outcome, x.reason, x.bank_text, x.fee, x.day, x.returned_on, x.bank, x.branch, x.kind, x.number, x.amount,
           s.id, s.label, s.file_id, s.said, s.said_reason, case when s.credits > x.lines then s.credits else 0 end
      from line_rank x
      left join lateral (
          -- Those that have not come back first; salary and bonus of one day may be alike.
          select y.*, row_number() over (order by coalesce(y.said, '') = 'returned', y.id) as nth, count(*) over () as credits
            from sent y
           where (y.day, y.bank, y.branch, y.kind, y.number, y.amount) = (x.day, x.bank, x.branch, x.kind, x.number, x.amount)
             and (x.staff is null or x.business is null or y.staff = x.staff)) s on s.nth = x.nth;
end $$;
comment on function ledger.payroll_results is 'The staged results that speak of pay, with the credit each is about: by the day, the account, the amount and the staff number, which the bank gives back. check.sql and post.sql must find the same.';

create function ledger.payroll_result_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
begin
    perform from ledger.payroll_result r where r.batch_id = batch order by r.id for update;
    return query
    select r.line, 'payroll_result', r.id, 'RETURNED_PAY_SETTLED', jsonb_build_object('id', r.id, 'day', r.paid_again_on)
      from ledger.payroll_result r where r.batch_id = batch and r.cancelled_at is null and r.paid_again_on is not null
    union all
    select r.line, 'payroll_result', r.id, 'RETURNED_PAY_SENT_AGAIN', jsonb_build_object('id', r.id, 'day', a.pay_date)
      from ledger.payroll_result r join ledger.payroll_repayment a on a.result_id = r.id and a.withdrawn_at is null
     where r.batch_id = batch and r.cancelled_at is null;
end $$;
comment on function ledger.payroll_result_blockers is 'Pay that came back by a file of results and was paid in another way since, or is being transferred once more: that file is not cancelled.';

create function ledger.pay_returned_pay(results bigint[], day date, how text, who text, today date) returns bigint
language plpgsql as $$
declare
    paid bigint;
    bad  record;
begin
    perform from ledger.payroll_result r where r.id = any (results) order by r.id for update;
    select x.id, case when r.id is null or r.paid_again_on is not null then 'returned_pay_waits'
                      when a.id is not null then 'returned_pay_once'
                      when btrim(coalesce(how, '')) = '' then 'returned_pay_how'
                      when export.same_person(l.brought_by, who) then 'returned_pay_by_second_person'
                      else 'returned_pay_day' end as rule into bad
      from unnest(results) x (id)
      left join ledger.payroll_result r on r.id = x.id and r.outcome = 'returned' and r.cancelled_at is null
      left join ledger.payroll_transfer t on t.id = r.transfer_id
      left join ledger.payroll_list l on l.id = t.list_id
      left join ledger.payroll_repayment a on a.result_id = x.id and a.withdrawn_at is null
     where r.id is null or a.id is not null or r.paid_again_on is not null or btrim(coalesce(how, '')) = '' or export.same_person(l.brought_by, who)
        or day > today or day < r.returned_on
     order by x.id limit 1;
    if found then
        raise exception 'pay % that came back cannot be put down as paid on %', bad.id, day using errcode = 'RK015', constraint = bad.rule;
    end if;
    perform ledger.begin_journal();
    create temp table run on commit drop as select null::bigint as file_id, who as ordered_by;
    with settled as (
        update ledger.payroll_result r set paid_again_on = day, paid_again_by = who, paid_again_how = btrim(how)
          from ledger.payroll_transfer t, ledger.payroll_run p
         where r.id = any (results) and t.id = r.transfer_id and p.id = t.run_id
        returning r.id, r.transfer_id, r.fund, t.amount, p.pay_month
    ), told as (
        insert into audit.event (actor, action, object, object_id, after, reason)
        select who, 'payroll_transfer.paid_again', 'payroll_transfer', s.transfer_id::text, jsonb_build_object('result', s.id, 'amount', s.amount, 'paid_on', day), btrim(how)
          from settled s order by s.id
    )
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
    select 'DEPOSIT_PAYMENT', ledger.fiscal_year(day), day, s.fund, s.amount, concat('給与返戻', s.id, 'の支給 ', s.pay_month), 'payroll_transfer', s.transfer_id
      from settled s order by s.id;
    get diagnostics paid = row_count;
    perform ledger.post_journal();
    drop table pg_temp.journal;
    drop table pg_temp.run;
    return paid;
end $$;
comment on function ledger.pay_returned_pay is 'Pay that came back reached the person in another way: 歳入歳出外現金 is paid out. All or none, not by who handed over the list.';

create view ledger.returned_pay as
select r.id, t.staff_no, concat_ws(' ', '給与', p.pay_month, ledger.payroll_kind_name(p.pay_kind)) as label, t.amount, r.returned_on, r.reason,
       n.name as reason_name, r.bank_text, a.pay_date as again_on,
       case when a.id is null then null when a.transfer_id is null then 'draft' when f.id is null then 'approved' else 'in_file' end as again_state
  from ledger.payroll_result r
  join ledger.payroll_transfer t on t.id = r.transfer_id
  join ledger.payroll_run p on p.id = t.run_id
  join ledger.return_reason n on n.code = r.reason
  left join ledger.payroll_repayment a on a.result_id = r.id and a.withdrawn_at is null
  left join export.claim c on c.object = 'payroll_transfer' and c.object_id = a.transfer_id and c.live
  left join export.file f on f.id = c.file_id
 where r.outcome = 'returned' and r.cancelled_at is null and r.paid_again_on is null and f.released_at is null;
comment on view ledger.returned_pay is '給与振込の返戻の未処理: pay that came back and is still owed, until it is paid in another way or a file has left that pays it once more. The staff number and the sum, because somebody must pay it; no account.';

create function ledger.repay_returned_pay(result bigint, new_date date, account text, holder text, who text, today date) returns bigint
language plpgsql as $$
declare
    failed record;
    parts  record;
    broken text;
    made   bigint;
begin
    perform from ledger.payroll_result r where r.id = result for update;
    select r.id, r.reason, r.paid_again_on, t.bank, t.branch, t.account_kind, t.account, t.holder_kana, t.amount, n.account_wrong,
           exists (select from ledger.payroll_repayment a where a.result_id = r.id and a.withdrawn_at is null) as again
      into failed
      from ledger.payroll_result r
      join ledger.payroll_transfer t on t.id = r.transfer_id
      join ledger.return_reason n on n.code = r.reason
     where r.id = result and r.outcome = 'returned' and r.cancelled_at is null;
    select coalesce(p.bank, failed.bank) as bank, coalesce(p.branch, failed.branch) as branch, coalesce(p.kind, failed.account_kind) as kind,
           coalesce(p.number, failed.account) as number, coalesce(nullif(btrim(holder), ''), failed.holder_kana) as name,
           account is not null and (p.bank is null or p.kind not in ('1', '2')) as unreadable
      into parts from ledger.account_parts(account) p;
    broken := case when failed.id is null or failed.paid_again_on is not null then 'returned_pay_waits'
                   when failed.again then 'returned_pay_once'
                   when new_date < today or not ledger.is_business_day(new_date, 'bank') then 'repay_bank_day'
                   when parts.unreadable then 'account_written'
                   when failed.account_wrong and (parts.bank, parts.branch, parts.kind, parts.number, parts.name)
                        = (failed.bank, failed.branch, failed.account_kind, failed.account, failed.holder_kana) then 'returned_pay_to_other_account'
                   when not exists (select from ledger.branch_on(parts.bank, parts.branch, new_date)) then 'account_branch_known'
                   when length(parts.name) > 30 or ledger.payroll_name_fault(parts.name) is not null then 'returned_pay_holder' end;
    if broken is not null then
        raise exception 'pay % that came back cannot be transferred once more on %', result, new_date using errcode = 'RK015', constraint = broken;
    end if;
    insert into ledger.payroll_repayment (result_id, pay_date, bank, branch, account_kind, account, holder_kana, made_by)
    values (result, new_date, parts.bank, parts.branch, parts.kind, parts.number, parts.name, who)
    returning id into made;
    insert into audit.event (actor, action, object, object_id, after)
    values (who, 'payroll_transfer.repay', 'payroll_result', result::text, jsonb_build_object('amount', failed.amount, 'pay_date', new_date,
            'account_changed', (parts.bank, parts.branch, parts.kind, parts.number) <> (failed.bank, failed.branch, failed.account_kind, failed.account)));
    return made;
end $$;
comment on function ledger.repay_returned_pay is '給与返戻の再振込: a draft that transfers pay that came back once more; account null: to the same. A second person approves it, and the next payroll file of the day carries it.';

create function ledger.approve_returned_pay(results bigint[], who text, today date) returns bigint
language plpgsql as $$
declare
    approved bigint;
    bad      record;
begin
    perform from ledger.payroll_result r where r.id = any (results) order by r.id for update;
    select x.id, case when a.id is null or a.transfer_id is not null then 'returned_pay_drafted'
                      when export.same_person(a.made_by, who) then 'payroll_repayment_by_second_person'
                      else 'repay_bank_day' end as rule into bad
      from unnest(results) x (id)
      left join ledger.payroll_repayment a on a.result_id = x.id and a.withdrawn_at is null
     where a.id is null or a.transfer_id is not null or export.same_person(a.made_by, who) or a.pay_date < today
     order by x.id limit 1;
    if found then
        raise exception 'the transfer of pay % that came back cannot be approved by %', bad.id, who using errcode = 'RK015', constraint = bad.rule;
    end if;
    insert into ledger.payroll_transfer (run_id, list_id, line, staff_no, section, bank, branch, account_kind, account, holder_kana, amount, pay_date, held_in, repays)
    select t.run_id, t.list_id, t.line, t.staff_no, t.section, a.bank, a.branch, a.account_kind, a.account, a.holder_kana, t.amount, a.pay_date, r.fund, r.id
      from ledger.payroll_repayment a
      join ledger.payroll_result r on r.id = a.result_id
      join ledger.payroll_transfer t on t.id = r.transfer_id
     where a.result_id = any (results) and a.withdrawn_at is null
     order by r.id;
    with told as (
        update ledger.payroll_repayment a set approved_by = who, approved_at = clock_timestamp(), transfer_id = t.id
          from ledger.payroll_transfer t
         where a.result_id = any (results) and a.withdrawn_at is null and t.repays = a.result_id and t.withdrawn_at is null
        returning a.result_id, a.pay_date, t.amount
    )
    insert into audit.event (actor, action, object, object_id, after)
    select who, 'payroll_transfer.approve', 'payroll_result', t.result_id::text, jsonb_build_object('amount', t.amount, 'pay_date', t.pay_date)
      from told t order by t.result_id;
    get diagnostics approved = row_count;
    return approved;
end $$;
comment on function ledger.approve_returned_pay is 'A second person approves that pay that came back is transferred once more. All or none.';

create function ledger.withdraw_returned_pay(results bigint[], who text, why text) returns bigint
language plpgsql as $$
declare
    withdrawn bigint;
    bad       record;
begin
    perform from ledger.payroll_result r where r.id = any (results) order by r.id for update;
    -- Written, not only locked: a file that is being made has an older snapshot, and must fail on these rows.
    update ledger.payroll_run r set listed_at = clock_timestamp()
      from ledger.payroll_transfer t where t.repays = any (results) and t.run_id = r.id;
    select x.id, case when a.id is null then 'returned_pay_repaid' when btrim(coalesce(why, '')) = '' then 'pay_move_why' else 'returned_pay_in_file' end as rule into bad
      from unnest(results) x (id)
      left join ledger.payroll_repayment a on a.result_id = x.id and a.withdrawn_at is null
     where a.id is null or btrim(coalesce(why, '')) = ''
        or exists (select from export.claim c where c.object = 'payroll_transfer' and c.object_id = a.transfer_id and c.live)
     order by x.id limit 1;
    if found then
        raise exception 'the transfer of pay % that came back cannot be taken back', bad.id using errcode = 'RK015', constraint = bad.rule;
    end if;
    update ledger.payroll_transfer t set withdrawn_at = clock_timestamp() where t.repays = any (results) and t.withdrawn_at is null;
    with gone as (
        update ledger.payroll_repayment a set withdrawn_by = who, withdrawn_at = clock_timestamp(), withdrawn_why = btrim(why)
         where a.result_id = any (results) and a.withdrawn_at is null
        returning a.result_id
    )
    insert into audit.event (actor, action, object, object_id, reason)
    select who, 'payroll_transfer.withdraw', 'payroll_result', g.result_id::text, btrim(why) from gone g order by g.result_id;
    get diagnostics withdrawn = row_count;
    return withdrawn;
end $$;
comment on function ledger.withdraw_returned_pay is 'Pay that came back is not transferred once more after all, while no file carries it: it may be paid in another way. All or none.';

-- ── Another day ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A file that was not at the bank in time is never sent. What is unsent of that day gets another: the whole run, where nothing of it has
-- left; else what is left of it. What has left stays where it is.

create function ledger.moving_pay(from_day date, kind text) returns table (
    run_id bigint, whole boolean, booked boolean, waiting bigint, fund text)
language sql stable as $$
    select r.id,
           r.pay_date = from_day and not exists (select from ledger.payroll_transfer t join export.live_claim c on c.object = 'payroll_transfer' and c.object_id = t.id
                                                  where t.run_id = r.id and t.repays is null),
           exists (select from ledger.payroll_orders(r.id) o join ledger.payment_order p on p.id = o.order_id and p.state in ('released', 'paid')),
           (select min(f.id) from ledger.payroll_credit t join export.live_claim c on c.object = 'payroll_transfer' and c.object_id = t.id
                             join export.file f on f.id = c.file_id and f.released_at is null
             where t.run_id = r.id and t.pay_date = from_day),
           ledger.payroll_fund(r.id)
      from ledger.payroll_run_in_force r
     where (kind is null or r.pay_kind = kind)
       and (r.pay_date = from_day or exists (select from ledger.payroll_credit t where t.run_id = r.id and t.pay_date = from_day))
$$;
comment on function ledger.moving_pay is 'The payrolls with pay due on a day. whole: nothing of it has left; booked: its gross orders have; waiting: a file that carries pay of the day and has not left; fund: whose cash holds 歳入歳出外現金 of it.';

create function ledger.move_payroll(from_day date, to_day date, kind text, who text, why text, today date, out runs bigint, out credits bigint, out yen bigint)
language plpgsql as $$
declare
    broken text;
begin
    perform from ledger.payroll_run r where r.id in (select m.run_id from ledger.moving_pay(from_day, kind) m) order by r.id for update;
    -- Written, not only locked: a file of the run that is being made has an older snapshot, and must fail on this row.
    update ledger.payroll_run r set listed_at = clock_timestamp() where r.id in (select m.run_id from ledger.moving_pay(from_day, kind) m);
    create temp table moving on commit drop as select * from ledger.moving_pay(from_day, kind);
    create temp table moving_credit on commit drop as
    select t.id, t.run_id, t.amount, m.whole, m.booked and t.held_in is null and t.repays is null as holds, m.fund
      from ledger.payroll_credit t
      join moving m on m.run_id = t.run_id
     where t.pay_date = from_day and not exists (select from export.live_claim c where c.object = 'payroll_transfer' and c.object_id = t.id);
    perform from ledger.payment_order p
      where p.id in (select o.order_id from moving m cross join lateral ledger.payroll_orders(m.run_id) o) order by p.id for update;
    broken := case
        when btrim(coalesce(why, '')) = '' then 'pay_move_why'
        when to_day < today or to_day = from_day or not ledger.is_business_day(to_day, 'bank') then 'repay_bank_day'
        when exists (select from moving m where m.waiting is not null) then 'pay_move_in_file'
        when not exists (select from moving m where m.whole) and not exists (select from moving_credit) then 'pay_move_nothing'
        when exists (select from moving m join ledger.payroll_list l on l.run_id = m.run_id where export.same_person(l.brought_by, who))
          or exists (select from moving m cross join lateral ledger.payroll_orders(m.run_id) o join ledger.payment_order p on p.id = o.order_id
                      where export.same_person(p.made_by, who)) then 'pay_move_by_second_person'
        when exists (select from moving m cross join lateral ledger.payroll_orders(m.run_id) o join ledger.payment_order p on p.id = o.order_id
                      where m.whole and p.state <> 'cancelled' and not ledger.fiscal_year_accepts(p.fiscal_year, to_day)) then 'pay_move_year_open' end;
    if broken is not null then
        raise exception 'pay of % cannot be moved to %', from_day, to_day using errcode = 'RK015', constraint = broken;
    end if;

    perform ledger.begin_journal();
    create temp table run on commit drop as select null::bigint as file_id, who as ordered_by;
    -- What is withheld comes in with the gross orders, on the day they are paid. It was booked with the run (20).
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
    select 'NONBUDGET_IN', v.year, v.day, m.fund, v.sign * d.amount, concat_ws(' ', '給与控除 支払日変更', r.pay_month, k.name), 'payroll_deduction', d.id
      from moving m
      join ledger.payroll_run r on r.id = m.run_id
      join ledger.payroll_deduction d on d.run_id = r.id
      join ledger.payroll_deduction_kind k on k.code = d.code
     cross join lateral (values
        (-1, ledger.fiscal_year(from_day), case when ledger.fiscal_year_accepts(ledger.fiscal_year(from_day), today) then greatest(from_day, today) else from_day end),
        (1, ledger.fiscal_year(to_day), to_day)) v (sign, year, day)
     where m.whole and exists (select from ledger.entry e where e.batch_id = r.batch_id and e.event = 'NONBUDGET_IN')
     order by v.sign, d.id;
    -- The gross orders are booked, and what they did not pay is the ward's still: held off budget until its file leaves.
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
    select 'RETURN_TO_DEPOSIT', ledger.fiscal_year(greatest(from_day, today)), greatest(from_day, today), c.fund, c.amount,
           concat_ws(' ', '給与未送付 支払日変更', r.pay_month), 'payroll_transfer', c.id
      from moving_credit c join ledger.payroll_run r on r.id = c.run_id where c.holds order by c.id;
    perform ledger.post_journal();
    drop table pg_temp.journal;
    drop table pg_temp.run;

    update ledger.payment_order p set pay_date = to_day, rescheduled_by = who, rescheduled_at = clock_timestamp()
      from moving m cross join lateral ledger.payroll_orders(m.run_id) o
     where m.whole and p.id = o.order_id and p.state in ('draft', 'approved') and p.pay_date <> to_day;
    update ledger.payroll_transfer t set pay_date = to_day, held_in = case when c.holds then c.fund else t.held_in end
      from moving_credit c where t.id = c.id and (t.pay_date is not null or not c.whole);
    update ledger.payroll_repayment a set pay_date = to_day from moving_credit c where a.transfer_id = c.id;
    update ledger.payroll_run r set pay_date = to_day, given_date = coalesce(r.given_date, r.pay_date) from moving m where m.whole and r.id = m.run_id;
    with moved as (
        select m.run_id, m.whole, count(c.id) as credits,
               case when m.whole then (select sum(n.amount) from ledger.payroll_net n where n.run_id = m.run_id and n.method = '1') else sum(c.amount) end as yen
          from moving m left join moving_credit c on c.run_id = m.run_id
         group by m.run_id, m.whole having m.whole or count(c.id) > 0
    ), told as (
        insert into audit.event (actor, action, object, object_id, before, after, reason)
        select who, 'payroll.move', 'payroll_run', v.run_id::text, jsonb_build_object('pay_date', from_day),
               jsonb_build_object('pay_date', to_day, 'whole', v.whole, 'credits', v.credits, 'yen', v.yen), btrim(why)
          from moved v order by v.run_id
    )
    select count(*), sum(v.credits), coalesce(sum(v.yen), 0)::bigint into runs, credits, yen from moved v;
    drop table moving_credit;
    drop table moving;
end $$;
comment on function ledger.move_payroll is '支払日の変更: pay of a day that no file carries is due on another bank business day, all kinds or one. All or none, not by who ordered it or handed over a list. What had left stays; the file of the new day is made and approved as any other.';
