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
    superseded_by bigint references ledger.payroll_list
);
comment on table ledger.payroll_transfer is 'One credit of a 給与振込明細: a person may have pay go to several accounts. What it says is about a person: shown nowhere but in the bank''s file.';
comment on column ledger.payroll_transfer.section is '所属コード as the payroll system writes it; the bank''s file has ten digits for it.';
comment on column ledger.payroll_transfer.superseded_by is 'A later list of the run took its place, while no file carried it.';
create unique index payroll_transfer_once on ledger.payroll_transfer (run_id, staff_no, bank, branch, account_kind, account) where superseded_by is null;
create index payroll_transfer_by_list on ledger.payroll_transfer (list_id, line);

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
    perform from ledger.payroll_run r where r.pay_date = day order by r.id for update;
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
    -- The file says month and day, and whether it is a bonus: the run in force of that day, and of several the one with this sum.
    select r.run_id, r.pay_month, r.pay_kind, r.pay_date, r.to_accounts into run
      from ledger.payroll_balance r
     where to_char(r.pay_date, 'MM-DD') = head.pay_date and r.pay_date between head.today and head.today + 180
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
     where t.run_id = run.run_id and t.superseded_by is null
       and not exists (select from pg_temp.brought_pay p
                        where (p.staff_no, p.bank, p.branch, p.account_kind, p.account, p.amount, p.holder)
                            = (t.staff_no, t.bank, t.branch, t.account_kind, t.account, t.amount, t.holder_kana));
    if exists (select from refusal) then
        return;
    end if;
    insert into ledger.payroll_list (run_id, heads, amount, sha256, brought_by) values (run.run_id, head.heads, head.amount, head.sha256, head.actor)
    returning id into made;
    update ledger.payroll_transfer t set superseded_by = made
     where t.run_id = run.run_id and t.superseded_by is null
       and not exists (select from export.claim c where c.object = 'payroll_transfer' and c.object_id = t.id and c.live);
    insert into ledger.payroll_transfer (run_id, list_id, line, staff_no, section, bank, branch, account_kind, account, holder_kana, amount)
    select run.run_id, made, p.line, p.staff_no, p.section, p.bank, p.branch, p.account_kind, p.account, p.holder, p.amount
      from pg_temp.brought_pay p
     where not exists (select from ledger.payroll_transfer t
                        where t.run_id = run.run_id and t.superseded_by is null
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

create function ledger.check_payroll_release(file bigint, today date) returns void
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
    select t.bank, t.branch, ledger.transfer_day(r.pay_date, need.on_holiday) as day
      from export.claim c
      join ledger.payroll_transfer t on t.id = c.object_id
      join ledger.payroll_run r on r.id = t.run_id
     where c.file_id = file and c.object = 'payroll_transfer';
    select count(*) into stale
      from export.claim c
      join ledger.payroll_transfer t on t.id = c.object_id
      join ledger.payroll_run r on r.id = t.run_id
     where c.file_id = file and c.object = 'payroll_transfer' and (t.superseded_by is not null or r.cancelled_at is not null or r.replaced_by is not null);
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
end $$;
comment on function ledger.check_payroll_release is 'The rules of the day and of the branches, asked again when a payroll file leaves; and that no later list or run has taken its place.';

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
    batch_id     bigint not null,
    line         bigint not null,
    cancelled_at timestamptz,
    paid_again_on date,
    paid_again_by text,
    paid_again_how text,
    constraint payroll_result_returned_has_reason check ((outcome = 'returned') = (reason is not null and returned_on is not null)),
    constraint payroll_result_paid_again_is_signed check (num_nonnulls(paid_again_on, paid_again_by, paid_again_how) in (0, 3)),
    constraint payroll_result_paid_again_came_back check (paid_again_on is null or outcome = 'returned' and cancelled_at is null)
);
comment on table ledger.payroll_result is '給与振込の結果: what the bank said of one credit of a payroll file. One that came back waits until it is put down how the person was paid.';
comment on column ledger.payroll_result.fund is '会計 whose cash holds it as 歳入歳出外現金.';
comment on column ledger.payroll_result.paid_again_how is 'How the person got it, and what shows it: cash against receipt, a transfer at the counter.';
create unique index payroll_result_returns_once on ledger.payroll_result (transfer_id) where outcome = 'returned' and cancelled_at is null;
create index payroll_result_by_transfer on ledger.payroll_result (transfer_id);
create index payroll_result_by_batch on ledger.payroll_result (batch_id, line);

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
      from ledger.payroll_result r where r.batch_id = batch and r.cancelled_at is null and r.paid_again_on is not null;
end $$;
comment on function ledger.payroll_result_blockers is 'Pay that came back by a file of results and was paid in another way since: that file is not cancelled.';

create function ledger.pay_returned_pay(results bigint[], day date, how text, who text, today date) returns bigint
language plpgsql as $$
declare
    paid bigint;
    bad  record;
begin
    perform from ledger.payroll_result r where r.id = any (results) order by r.id for update;
    select x.id, case when r.id is null or r.paid_again_on is not null then 'returned_pay_waits'
                      when btrim(coalesce(how, '')) = '' then 'returned_pay_how'
                      when export.same_person(l.brought_by, who) then 'returned_pay_by_second_person'
                      else 'returned_pay_day' end as rule into bad
      from unnest(results) x (id)
      left join ledger.payroll_result r on r.id = x.id and r.outcome = 'returned' and r.cancelled_at is null
      left join ledger.payroll_transfer t on t.id = r.transfer_id
      left join ledger.payroll_list l on l.id = t.list_id
     where r.id is null or r.paid_again_on is not null or btrim(coalesce(how, '')) = '' or export.same_person(l.brought_by, who)
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
       n.name as reason_name, r.bank_text
  from ledger.payroll_result r
  join ledger.payroll_transfer t on t.id = r.transfer_id
  join ledger.payroll_run p on p.id = t.run_id
  join ledger.return_reason n on n.code = r.reason
 where r.outcome = 'returned' and r.cancelled_at is null and r.paid_again_on is null;
comment on view ledger.returned_pay is '給与振込の返戻の未処理: pay that came back and is still owed. The staff number and the sum, because somebody must pay it; no account.';
