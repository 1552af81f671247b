select pg_temp.pay('2026P00000021', 2026, '0000007002', '2', '2026-12-30', '[["01", 30000, 0, 0, 918]]');
select pg_temp.pay('2026P00000022', 2026, '0000007002', '2', '2026-12-31', '[["01", 40000, 0, 0, 1225]]');
select pg_temp.pay('2026P00000023', 2026, '0000007002', '2', '2027-01-01', '[["01", 50000, 0, 0, 1531]]');
-- The money came back: the step of the order, and the deductions are released.
create or replace function pg_temp.give_back(order_no text, day date) returns void
language plpgsql as $$
declare
    made bigint := (select p.id from ledger.payment_order p where p.no = order_no);
begin
    update ledger.payment_order p set state = 'returned', settled_on = day where p.id = made;
    perform ledger.begin_journal();
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
    select w.event, w.fiscal_year, w.booked_on, w.fund, -w.amount, '戻入 ' || w.memo, w.object, w.object_id from ledger.staff_deductions(array[made], day) w;
    perform ledger.post_journal();
    drop table pg_temp.journal;
end $$;
select pg_temp.give_back('2026P00000022', '2027-01-08');
