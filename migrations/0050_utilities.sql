-- Public utilities (公共料金): who charges the ward, what for, and which section bears it. The bank tells before it debits
-- (公共料金支払事前通知); the ward makes out an advance (資金前渡) to the 会計管理者, from whose account the bank takes the money.

create table ledger.debit_account (
    id         bigint generated always as identity constraint debit_account_pk primary key,
    name       text not null,
    bank       text not null constraint debit_account_bank_is_four_digits check (bank ~ '^[0-9]{4}$'),
    branch     text not null constraint debit_account_branch_is_three_digits check (branch ~ '^[0-9]{3}$'),
    kind       text not null constraint debit_account_kind_is_known check (kind in ('1', '2', '3', '9')),
    number     text not null constraint debit_account_number_is_seven_digits check (number ~ '^[0-9]{7}$'),
    creditor   text not null references ledger.creditor,
    valid_from date not null,
    valid_to   date not null default date '9999-12-31',
    constraint debit_account_validity_is_forward check (valid_from <= valid_to),
    constraint debit_account_starts_once unique (bank, branch, kind, number, valid_from),
    constraint debit_account_is_one_a_day exclude using gist
        (int8range((bank || branch || kind || number)::bigint, (bank || branch || kind || number)::bigint, '[]') with &&,
         daterange(valid_from, valid_to, '[]') with &&)
);
comment on table ledger.debit_account is '公共料金の引落口座: our own accounts from which the bank debits. A notice about any other account is not for us.';
comment on column ledger.debit_account.creditor is 'To whom the advance (資金前渡) is made out: the 会計管理者 as holder of this account.';

create table ledger.utility_collector (
    code        text constraint utility_collector_pk primary key constraint utility_collector_code_fits check (code ~ '^[0-9]{1,10}$' and code !~ '^0.'),
    name        text not null,
    charge_kind text not null constraint utility_collector_kind_is_known
                check (charge_kind in ('電気', 'ガス', '水道', '電話', '放送受信料', '税', 'その他'))
);
comment on table ledger.utility_collector is '収納機関: the companies that collect by direct debit (委託者コード without leading zeros).';

create table ledger.contract_number_rule (
    collector   text not null references ledger.utility_collector,
    valid_from  date not null,
    valid_to    date not null default date '9999-12-31',
    start_at    int  not null constraint contract_number_rule_starts_inside check (start_at between 1 and 20),
    length      int  not null constraint contract_number_rule_ends_inside check (length between 1 and 21 - start_at),
    strip_zeros boolean not null default false,
    constraint contract_number_rule_pk primary key (collector, valid_from),
    constraint contract_number_rule_validity_is_forward check (valid_from <= valid_to),
    constraint contract_number_rule_is_one_a_day exclude using gist
        (int8range(collector::bigint, collector::bigint, '[]') with &&, daterange(valid_from, valid_to, '[]') with &&)
);
comment on table ledger.contract_number_rule is '契約番号の取出し規則: where in the twenty characters of the 顧客番号 the number stands that stays the same (固定番号), by collector and debit date.';
comment on column ledger.contract_number_rule.start_at is 'First character, from 1.';

create table ledger.utility_contract (
    id           bigint generated always as identity constraint utility_contract_pk primary key,
    collector    text not null references ledger.utility_collector,
    contract_no  text not null constraint utility_contract_no_is_given check (btrim(contract_no) <> ''),
    valid_from   date not null,
    valid_to     date not null default date '9999-12-31',
    title        text not null,
    organization text not null,
    fund         text not null references ledger.fund,
    budget_line  text not null,
    facility     text references ledger.facility,
    commitment   text references ledger.commitment,
    constraint utility_contract_validity_is_forward check (valid_from <= valid_to),
    constraint utility_contract_starts_once unique (collector, contract_no, valid_from)
);
comment on table ledger.utility_contract is '公共料金契約台帳: which section (負担部署) and budget line bear a contract, by debit date.';
comment on column ledger.utility_contract.budget_line is 'Code without year: the fiscal year comes from the charge.';
comment on column ledger.utility_contract.commitment is '支出負担行為 made for the year; null: made together with the order (支出負担行為兼命令).';

-- Two versions on one day would bear one charge twice. (No index of ranges: contract numbers are text of any form.)
create function ledger.check_utility_contract() returns trigger
language plpgsql as $$
declare
    bad record;
begin
    select a.collector, a.contract_no into bad
      from added a join ledger.utility_contract o on (o.collector, o.contract_no) = (a.collector, a.contract_no) and o.id <> a.id
     where daterange(a.valid_from, a.valid_to, '[]') && daterange(o.valid_from, o.valid_to, '[]') limit 1;
    if found then
        raise exception 'contract % of collector % has two versions on one day', bad.contract_no, bad.collector
            using errcode = '23P01', constraint = 'utility_contract_has_one_version_a_day', hint = 'end the old version the day before';
    end if;
    return null;
end $$;
create trigger utility_contract_has_one_version_a_day after insert on ledger.utility_contract
    referencing new table as added for each statement execute function ledger.check_utility_contract();
create trigger utility_contract_change_has_one_version_a_day after update on ledger.utility_contract
    referencing new table as added for each statement execute function ledger.check_utility_contract();

create table ledger.utility_charge (
    id            bigint generated always as identity constraint utility_charge_pk primary key,
    collector     text   not null references ledger.utility_collector,
    customer_no   text   not null,
    debit_date    date   not null,
    amount        bigint not null constraint utility_charge_amount_is_positive check (amount > 0),
    contract_id   bigint not null references ledger.utility_contract,
    contract_no   text   not null,
    contract_name text,
    debit_account bigint not null references ledger.debit_account,
    billing_month text,
    payment_order bigint not null references ledger.payment_order,
    batch_id      bigint not null,
    line          bigint not null,
    cancelled_at  timestamptz
);
comment on table ledger.utility_charge is '公共料金の引落明細: one notified debit and the payment order that carries it.';
comment on column ledger.utility_charge.customer_no is 'As the notice has it; contract_no is what the rule of the collector took out of it.';
create index utility_charge_by_customer on ledger.utility_charge (collector, customer_no, debit_date) where cancelled_at is null;
create index utility_charge_by_batch on ledger.utility_charge (batch_id, line);
create index utility_charge_by_day on ledger.utility_charge (collector, debit_date) where cancelled_at is null;

create function ledger.contract_number(customer_no text, start_at int, length int, strip_zeros boolean) returns text
language sql immutable parallel safe as $$
    select nullif(case when strip_zeros then ltrim(btrim(substr(customer_no, start_at, length)), '0')
                       else btrim(substr(customer_no, start_at, length)) end, '')
$$;
comment on function ledger.contract_number is 'The contract part of a 顧客番号; null when nothing is left.';

create function ledger.utility_notice() returns table (
    line bigint, debit_date date, bank text, branch text, account_kind text, account text, collector text, collector_name text,
    customer_no text, contract_name text, amount bigint, billing_month text, fiscal_year int, debit_account bigint, creditor text,
    charge_kind text, has_rule boolean, contract_no text, contract_id bigint, title text, organization text, fund text, budget_line text,
    commitment text)
language plpgsql stable as $$
begin
    -- What a group says once (account, or collector and day) stands in its header; when held lines are posted later, the header is
    -- no line of theirs and is read from the records of the batch.
    return query
    with head as materialized (
        select r.grp, r.fields from intake.record_fields r where r.batch_id = (select b.id from pg_temp.batch b) and r.kind = 'header'
    ), row as materialized (
        select s.line, coalesce(s.debit_date, ledger.date_or_null(h.fields ->> 'debit_date')) as debit_date,
               coalesce(s.bank, h.fields ->> 'bank') as bank, coalesce(s.branch, h.fields ->> 'branch') as branch,
               coalesce(s.account_kind, h.fields ->> 'account_kind') as account_kind,
               coalesce(s.account, right(h.fields ->> 'account', 7)) as account,
               coalesce(nullif(ltrim(coalesce(s.collector, h.fields ->> 'collector'), '0'), ''), '0') as collector,
               coalesce(s.collector_name, h.fields ->> 'collector_name') as collector_name,
               s.customer_no, s.contract_name, s.amount, s.billing_month
          from pg_temp.staged_charge s left join head h on h.grp = s.grp
    )
    select r.line, r.debit_date, r.bank, r.branch, r.account_kind, r.account, r.collector, r.collector_name, r.customer_no, r.contract_name,
           r.amount, r.billing_month,
           -- 光熱水費・電信電話料 belong to the year of their use; without a month the day of payment decides (施行令143条).
           ledger.fiscal_year(coalesce(to_date(r.billing_month || '-01', 'YYYY-MM-DD'), r.debit_date)),
           a.id, a.creditor, k.charge_kind, u.collector is not null, n.no, c.id, c.title, c.organization, c.fund, c.budget_line,
           -- What a person chose for a held line goes before the contract's own.
           case when c.id is not null then coalesce(h.chosen, c.commitment) end
      from row r
      left join ledger.debit_account a
        on (a.bank, a.branch, a.kind, a.number) = (r.bank, r.branch, r.account_kind, r.account) and r.debit_date between a.valid_from and a.valid_to
      left join ledger.utility_collector k on k.code = r.collector
      left join ledger.contract_number_rule u on u.collector = r.collector and r.debit_date between u.valid_from and u.valid_to
     cross join lateral (select ledger.contract_number(r.customer_no, u.start_at, u.length, u.strip_zeros) as no) n
      left join ledger.utility_contract c
        on c.collector = r.collector and c.contract_no = n.no and r.debit_date between c.valid_from and c.valid_to
      left join pg_temp.choice h on h.line = r.line and h.object = 'commitment';
end $$;
comment on function ledger.utility_notice is 'The staged charges with what the masters know of them: check.sql and post.sql must see the same account, contract and section.';

create function ledger.cancel_batch_utilities(batch bigint) returns void
language plpgsql as $$
begin
    perform ledger.cancel_batch_orders(batch);
    update ledger.utility_charge u set cancelled_at = clock_timestamp() where u.batch_id = batch and u.cancelled_at is null;
    update ledger.commitment c set state = 'cancelled' where c.batch_id = batch and c.state <> 'cancelled';
end $$;
comment on function ledger.cancel_batch_utilities is 'Cancels the drafts of a batch with the commitments made for them; its charges may come again.';

create function ledger.book_direct_debits(ids bigint[], who text, debited_on date) returns bigint
language plpgsql as $$
declare
    booked bigint;
    bad    record;
begin
    perform ledger.lock_orders(ids);
    select p.no, p.state, p.pay_date,
           case when p.method <> 'direct_debit' then 'DEBIT_OF_ANOTHER_METHOD'
                when p.state <> 'approved' then 'DEBIT_STATE'
                else 'DEBIT_BEFORE_ITS_DAY' end as reason into bad
      from ledger.payment_order p
     where p.id = any (ids) and (p.method <> 'direct_debit' or p.state <> 'approved' or p.pay_date > debited_on)
     order by p.id limit 1;
    if found then
        raise exception '%', bad.reason using errcode = 'RK011',
            detail = json_build_object('order', bad.no, 'state', bad.state, 'announced', bad.pay_date, 'day', debited_on);
    end if;
    perform ledger.begin_journal();
    create temp table run on commit drop as select null::bigint as file_id, who as ordered_by;
    with paid as (
        update ledger.payment_order set state = 'paid', paid_on = debited_on where id = any (ids) and state = 'approved' returning *
    ), told as (
        insert into audit.event (actor, action, object, object_id, before, after)
        select who, 'payment_order.debited', 'payment_order', no, jsonb_build_object('state', 'approved'),
               jsonb_build_object('state', 'paid', 'amount', amount, 'debited_on', debited_on)
          from paid order by id
    )
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select 'PAYMENT', fiscal_year, debited_on, fund, budget_line, organization, amount, memo, 'payment_order', id from paid order by id;
    get diagnostics booked = row_count;
    perform ledger.post_journal();
    drop table pg_temp.journal;
    drop table pg_temp.run;
    return booked;
end $$;
comment on function ledger.book_direct_debits is '口座引落の消込: the passbook shows that the bank debited approved orders; clears the accounts payable. All or none.';

-- ── Seed: an invented ward's contracts ──────────────────────────────────────────────────────────────────────────────────

insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget)
select y, '01', code, 'expenditure', name, '5210', budget
  from generate_series(2025, 2027) y,
       (values ('0201070210', '総務費 市民活動推進 需用費', 30000000),
               ('0201070211', '総務費 市民活動推進 役務費', 12000000),
               ('0301040211', '民生費 障害福祉 役務費', 15000000)) l (code, name, budget);

insert into ledger.creditor (no, name, kana) values ('0000000191', '会計管理者（公共料金資金前渡）', 'ｶｲｹｲｶﾝﾘｼﾔ');
insert into ledger.debit_account (name, bank, branch, kind, number, creditor, valid_from) values
    ('公共料金引落口座', '0001', '110', '1', '0500123', '0000000191', '2020-04-01');

insert into ledger.utility_collector (code, name, charge_kind) values
    ('1000000011', '砧電力株式会社', '電気'), ('1000000012', '経堂ガス株式会社', 'ガス'), ('1000000013', '成城通信株式会社', '電話');
insert into ledger.contract_number_rule (collector, valid_from, start_at, length, strip_zeros) values
    ('1000000011', '2020-04-01', 1, 12, false), ('1000000012', '2020-04-01', 5, 10, true), ('1000000013', '2020-04-01', 1, 10, false);
insert into ledger.utility_contract (collector, contract_no, valid_from, title, organization, fund, budget_line, facility) values
    ('1000000011', '031000000001', '2020-04-01', '本庁舎 電気', '05020000', '01', '0201030210', '050201'),
    ('1000000011', '031000000002', '2020-04-01', '生涯大学 電気', '12030000', '01', '0201070210', '120301'),
    ('1000000012', '88000123', '2020-04-01', '本庁舎 ガス', '05020000', '01', '0201030210', '050201'),
    ('1000000013', '0354320001', '2020-04-01', '本庁舎 電話', '05020000', '01', '0201030211', '050201');
