-- 決裁 by a second person.
select ledger.approve_payment_orders(array(select id from ledger.payment_order order by id), 'kacho', '2026-10-13');
-- The payroll file pays (what its release does, and the day after): the order in full, of which the deductions have come back.
update ledger.payment_order set state = 'in_file' where method = 'payroll';
update ledger.payment_order set state = 'released' where method = 'payroll';
update ledger.payment_order set state = 'paid' where method = 'payroll';
select ledger.begin_journal();
create temp table run on commit drop as select null::bigint as file_id, 'kaikei' as ordered_by;
insert into journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
select 'PAYMENT', fiscal_year, pay_date, fund, budget_line, organization, amount, memo, 'payment_order', id
  from ledger.payment_order where method = 'payroll' order by id;
select ledger.post_journal();
drop table run, journal;
-- The employer's share is paid with a slip. (The day of the approval is that of the clock.)
update ledger.payment_order set approved_at = '2026-10-13 10:00+09';
select ledger.book_counter_payments(array(select id from ledger.payment_order where method = 'counter'), '2026-10-15', '納付書 領収書12', 'kaikei', '2026-10-15');
