-- What a file of 20 leaves in the temp tables of its batch: gross 1,000,000, withheld 200,000, net to accounts 800,000; 共済費 50,000. The
-- newest batch is its own.
drop table if exists pg_temp.batch; create temp table batch on commit drop as
  select max(id) as id, timestamptz '2026-10-01 09:00+09' as received_at, date '2026-10-01' as business_date, 'jinji'::text as actor, false as again from intake.batch;
create temp table setting on commit drop as select 'nonbudget_fund'::text as key, '01'::text as value;
create temp table staged_expense on commit drop as
  select 1::bigint as line, '2026-10'::text as pay_month, '1'::text as pay_kind, date '2026-10-15' as pay_date, 2026 as fiscal_year, '01'::text as fund,
         '020101'::text as subject, '0010101'::text as project, s.section, '01'::text as detail, '05010000'::text as organization, '01'::text as staff_class,
         2::bigint as heads, s.amount
    from (values ('02'::text, 1000000::bigint), ('04', 50000)) s (section, amount);
create temp table staged_deduction on commit drop as
  select 3::bigint as line, '2026-10'::text as pay_month, '1'::text as pay_kind, date '2026-10-15' as pay_date, '01'::text as code, 2::bigint as heads, 200000::bigint as amount;
create temp table staged_net on commit drop as
  select 4::bigint as line, '2026-10'::text as pay_month, '1'::text as pay_kind, date '2026-10-15' as pay_date, '1'::text as method, 2::bigint as heads, 800000::bigint as amount;
create temp table posted (line bigint, object text, object_id bigint, yen bigint) on commit drop;
select ledger.begin_journal()
