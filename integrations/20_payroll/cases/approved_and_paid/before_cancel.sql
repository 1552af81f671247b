-- 決裁 by a second person.
select ledger.approve_payment_orders(array(select id from ledger.payment_order order by id), 'kacho', '2026-10-13');
-- The payroll run pays (what the later payroll file will do on its release): the orders in full, of which the deductions have come back.
update ledger.payment_order set state = 'in_file';
update ledger.payment_order set state = 'released';
update ledger.payment_order set state = 'paid';
select ledger.begin_journal();
create temp table run on commit drop as select null::bigint as file_id, 'kaikei' as ordered_by;
insert into journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
select 'PAYMENT', fiscal_year, pay_date, fund, budget_line, organization, amount, memo, 'payment_order', id from ledger.payment_order order by id;
select ledger.post_journal();
