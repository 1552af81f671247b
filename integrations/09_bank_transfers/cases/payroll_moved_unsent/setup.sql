-- A payroll as 20 leaves it: gross 1,000,000, withheld 200,000, net to accounts 800,000; employer 50,000.
insert into intake.batch (delivery, topic, file, layout, layout_digest, archive, sender, sha256, bytes, chunks, records_read, yen_read, received_at)
select ('00000000-0000-0000-0000-00000000000' || n)::uuid, '20_payroll', 'KYUYO' || n || '.csv', 'layout', repeat('0', 64), 'x', 'jinji', repeat(n::text, 64), 1, 1, 1, 1, '2026-10-01 09:00+09'
  from generate_series(1, 1) n;
insert into ledger.payroll_run (pay_month, pay_kind, version, pay_date, content_hash, batch_id) values
    ('2026-10', '1', 1, '2026-10-15', md5('1'), 1);
insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on)
select '2026C000900' || r.id, 2026, '01', '0201010102', '05010000', '0000009001', '給与', n.gross, date '2026-10-01' from ledger.payroll_run r join (values (1, 1000000)) n (run, gross) on n.run = r.id
union all
select '2026C000910' || r.id, 2026, '01', '0201010104', '05010000', '0000009002', '共済費', 50000, '2026-10-01' from ledger.payroll_run r;
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, method, memo, made_by, state, approved_by)
select '2026P0000090' || r.id, 2026, '01', '0201010102', '05010000', '0000009001', '2026C000900' || r.id, c.amount, r.pay_date, 'payroll', '給与 ' || r.pay_month, 'maker', 'approved', 'approver'
  from ledger.payroll_run r join ledger.commitment c on c.no = '2026C000900' || r.id
union all
select '2026P0000091' || r.id, 2026, '01', '0201010104', '05010000', '0000009002', '2026C000910' || r.id, 50000, r.pay_date, 'payroll', '共済費 ' || r.pay_month, 'maker', 'approved', 'approver'
  from ledger.payroll_run r;
insert into ledger.payroll_expense (run_id, fiscal_year, fund, budget_line, organization, section, staff_class, heads, amount, commitment, order_id, batch_id, line)
select r.id, 2026, '01', p.budget_line, '05010000', case p.creditor when '0000009001' then '02' else '04' end, '01', 3, p.amount, p.commitment, p.id, r.batch_id, 1
  from ledger.payroll_run r join ledger.payment_order p on p.no in ('2026P0000090' || r.id, '2026P0000091' || r.id);
insert into ledger.payroll_deduction (run_id, code, heads, amount, batch_id, line)
select r.id, '01', 3, n.gross - n.net, r.batch_id, 2 from ledger.payroll_run r join (values (1, 1000000, 800000)) n (run, gross, net) on n.run = r.id;
insert into ledger.payroll_net (run_id, method, heads, amount, batch_id, line)
select r.id, '1', 3, n.net, r.batch_id, 3 from ledger.payroll_run r join (values (1, 1000000, 800000)) n (run, gross, net) on n.run = r.id;
-- 20 has booked what was withheld on the pay date.
drop table if exists pg_temp.batch; create temp table batch on commit drop as select 1::bigint as id, 'jinji'::text as actor;
do $$ begin
    perform ledger.begin_journal();
    insert into journal (line, event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
    select d.line, 'NONBUDGET_IN', 2026, '2026-10-15', '01', d.amount, '給与控除', 'payroll_deduction', d.id from ledger.payroll_deduction d;
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
insert into ledger.payroll_list (run_id, heads, amount, sha256, brought_by) values (1, 3, 800000, repeat('a', 64), 'jinji');
insert into ledger.payroll_transfer (run_id, list_id, line, staff_no, section, bank, branch, account_kind, account, holder_kana, amount) values
    (1, 1, 2, '0000001001', '0005010000', '0001', '201', '1', '1111111', 'ｽｽﾞｷ ｲﾁﾛｳ', 250000),
    (1, 1, 3, '0000001002', '0005010000', '0009', '401', '1', '2222222', 'ｻﾄｳ ﾊﾅｺ', 200000),
    (1, 1, 4, '0000001002', '0005010000', '0001', '110', '1', '2222223', 'ｻﾄｳ ﾊﾅｺ', 50000),
    (1, 1, 5, '0000001003', '0005010000', '0005', '301', '2', '3333333', 'ﾀﾅｶ ｼﾞﾛｳ', 300000);
select ledger.move_payroll('2026-10-15', '2026-10-29', null, 'kacho', '銀行の締切に間に合わなかったため', '2026-10-16');
