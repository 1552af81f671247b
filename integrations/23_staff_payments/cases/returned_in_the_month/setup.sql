select pg_temp.pay('2026P00000011', 2026, '0000007002', '2', '2026-10-15', '[["01", 30000, 0, 0, 918]]');
select pg_temp.pay('2026P00000012', 2026, '0000007001', '1', '2026-10-15', '[["03", 50000, 0, 0, 0], ["05", 3000, 1200, 0, 0]]');
select pg_temp.pay('2026P00000013', 2026, '0000007003', '3', '2026-10-23', '[["01", 9800, 500, 0, 27]]');
select pg_temp.pay('2026P00000014', 2026, '0000007002', '2', '2026-10-30', '[["01", 60000, 0, 5000, 1684]]');
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
select pg_temp.give_back('2026P00000014', '2026-10-31');
