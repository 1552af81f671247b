-- A payee with an account.
create or replace function pg_temp.payee(no text, bank text, branch text, number text, holder_kana text, name text default '債権者', kind text default '1') returns void
language sql as $$
    insert into ledger.creditor (no, name, kana) values (payee.no, payee.name, 'ｻｲｹﾝｼﾔ');
    insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana)
    values (payee.no, '2020-04-01', payee.bank, payee.branch, payee.kind, payee.number, payee.holder_kana);
$$;

-- Five orders: three to be paid on the day, one on the next, one that nobody approved.
create or replace function pg_temp.orders(pay_date date default '2026-10-15') returns void language sql as $$
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
        ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 137832, orders.pay_date, '庁舎清掃委託 9月分', 'maker', 'approved', 'approver'),
        ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000102', 2000000, orders.pay_date, '庁舎照明改修工事', 'maker', 'approved', 'approver'),
        ('2026P00000003', 2026, '01', '0201030212', '05020000', '0000000103', 1, orders.pay_date, 'システム保守 端数', 'maker', 'approved', 'approver'),
        ('2026P00000004', 2026, '01', '0201030212', '05020000', '0000000101', 99000, '2026-10-16', '翌日払', 'maker', 'approved', 'approver'),
        ('2026P00000005', 2026, '01', '0201030212', '05020000', '0000000102', 55000, orders.pay_date, '未決裁', 'maker', 'draft', null);
$$;

-- Three orders that were paid by a file.
create or replace function pg_temp.orders_sent() returns void language sql as $$
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
        ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 137832, '2026-10-15', '庁舎清掃委託 9月分', 'maker', 'approved', 'approver'),
        ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000102', 2000000, '2026-10-15', '庁舎照明改修工事', 'maker', 'approved', 'approver'),
        ('2026P00000003', 2026, '01', '0201030212', '05020000', '0000000103', 330000, '2026-10-15', 'システム保守 9月分', 'maker', 'approved', 'approver');
    select slate.sent('09_bank_transfers', '2026-10-15', '2026-10-06');
$$;

-- Three orders that were paid by a file: two of them are alike for the bank.
create or replace function pg_temp.twins_sent() returns void language sql as $$
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
        ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 137832, '2026-10-15', '庁舎清掃委託 9月分', 'maker', 'approved', 'approver'),
        ('2026P00000004', 2026, '01', '0201030212', '05020000', '0000000101', 137832, '2026-10-15', '庁舎清掃委託 追加', 'maker', 'approved', 'approver'),
        ('2026P00000003', 2026, '01', '0201030212', '05020000', '0000000103', 330000, '2026-10-15', 'システム保守 9月分', 'maker', 'approved', 'approver');
    select slate.sent('09_bank_transfers', '2026-10-15', '2026-10-06');
$$;

-- A payroll as 20 leaves it: what is earned, what is withheld of it, what goes to accounts; the employer pays 50,000 besides. Its orders
-- are approved, unless nobody did.
create or replace function pg_temp.payroll(pay_month text default '2026-10', pay_date date default '2026-10-15', kind text default '1',
    gross bigint default 1000000, net bigint default 800000, approver text default 'approver') returns void language plpgsql as $$
declare
    n     bigint := (select count(*) + 1 from ledger.payroll_run);
    state text   := case when approver is null then 'draft' else 'approved' end;
begin
    insert into intake.batch (delivery, topic, file, layout, layout_digest, archive, sender, sha256, bytes, chunks, records_read, yen_read, received_at)
    values (('00000000-0000-0000-0000-00000000000' || n)::uuid, '20_payroll', 'KYUYO' || n || '.csv', 'layout', repeat('0', 64), 'x', 'jinji', repeat(n::text, 64),
            1, 1, 1, 1, '2026-10-01 09:00+09');
    insert into ledger.payroll_run (pay_month, pay_kind, version, pay_date, content_hash, batch_id)
    values (payroll.pay_month, payroll.kind, 1, payroll.pay_date, md5(n::text), n);
    insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on) values
        ('2026C000900' || n, 2026, '01', '0201010102', '05010000', '0000009001', '給与', gross, '2026-10-01'),
        ('2026C000910' || n, 2026, '01', '0201010104', '05010000', '0000009002', '共済費', 50000, '2026-10-01');
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, method, memo, made_by, state, approved_by) values
        ('2026P0000090' || n, 2026, '01', '0201010102', '05010000', '0000009001', '2026C000900' || n, gross, payroll.pay_date, 'payroll', '給与 ' || payroll.pay_month,
         'maker', state, approver),
        ('2026P0000091' || n, 2026, '01', '0201010104', '05010000', '0000009002', '2026C000910' || n, 50000, payroll.pay_date, 'payroll', '共済費 ' || payroll.pay_month,
         'maker', state, approver);
    insert into ledger.payroll_expense (run_id, fiscal_year, fund, budget_line, organization, section, staff_class, heads, amount, commitment, order_id, batch_id, line)
    select n, 2026, '01', p.budget_line, '05010000', case p.creditor when '0000009001' then '02' else '04' end, '01', 3, p.amount, p.commitment, p.id, n, 1
      from ledger.payment_order p where p.commitment in ('2026C000900' || n, '2026C000910' || n) order by p.id;
    insert into ledger.payroll_deduction (run_id, code, heads, amount, batch_id, line) values (n, '01', 3, gross - net, n, 2);
    insert into ledger.payroll_net (run_id, method, heads, amount, batch_id, line) values (n, '1', 3, net, n, 3);
end $$;

-- What was withheld of it, booked on the pay date as 20 books it.
create or replace function pg_temp.withheld() returns void language plpgsql as $$
begin
    perform pg_temp.booked('jinji', d.line, 'NONBUDGET_IN', '2026-10-15', d.amount, '給与控除', 'payroll_deduction', d.id) from ledger.payroll_deduction d;
end $$;

-- One line of the journal.
create or replace function pg_temp.booked(who text, line bigint, event text, day date, yen bigint, memo text, object text, object_id bigint) returns void
language plpgsql as $$
begin
    drop table if exists pg_temp.batch;
    create temp table batch on commit drop as select 1::bigint as id, who as actor;
    perform ledger.begin_journal();
    insert into pg_temp.journal (line, event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
    values (booked.line, booked.event, 2026, day, '01', yen, booked.memo, booked.object, booked.object_id);
    perform ledger.post_journal();
    drop table pg_temp.journal;
    drop table pg_temp.batch;
end $$;

-- The payroll section's list of where the net pay goes: these of its lines.
create or replace function pg_temp.listed(lines int[]) returns void language sql as $$
    insert into ledger.payroll_list (run_id, heads, amount, sha256, brought_by)
    select 1, 3, 800000, repeat('a', 64), 'jinji' where not exists (select from ledger.payroll_list);
    insert into ledger.payroll_transfer (run_id, list_id, line, staff_no, section, bank, branch, account_kind, account, holder_kana, amount)
    select 1, 1, v.line, v.staff_no, '0005010000', v.bank, v.branch, v.account_kind, v.account, v.holder_kana, v.amount
      from (values (2, '0000001001', '0001', '201', '1', '1111111', 'ｽｽﾞｷ ｲﾁﾛｳ', 250000),
                   (3, '0000001002', '0009', '401', '1', '2222222', 'ｻﾄｳ ﾊﾅｺ', 200000),
                   (4, '0000001002', '0001', '110', '1', '2222223', 'ｻﾄｳ ﾊﾅｺ', 50000),
                   (5, '0000001003', '0005', '301', '2', '3333333', 'ﾀﾅｶ ｼﾞﾛｳ', 300000)) v (line, staff_no, bank, branch, account_kind, account, holder_kana, amount)
     where v.line = any (lines) order by v.line;
$$;
