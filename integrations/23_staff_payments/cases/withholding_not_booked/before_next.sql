create or replace function pg_temp.hold(made bigint, day date, sign int) returns void
language plpgsql as $$
begin
    perform ledger.begin_journal();
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
    select w.event, w.fiscal_year, w.booked_on, w.fund, sign * w.amount, w.memo, w.object, w.object_id from ledger.staff_deductions(array[made], day) w;
    perform ledger.post_journal();
    drop table pg_temp.journal;
end $$;
select pg_temp.hold((select p.id from ledger.payment_order p where p.no = '2026P00000011'), '2026-10-16', 1);
