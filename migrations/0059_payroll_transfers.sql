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
    perform from ledger.payroll_run r where r.id = run.run_id for update;
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
comment on function ledger.check_payroll_release is 'The rules of the day and of the branches, asked again when a payroll file leaves.';
