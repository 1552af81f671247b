drop table if exists pg_temp.batch; create temp table batch on commit drop as select 901::bigint as id, '18_eltax_payments' as topic, date '2026-10-16' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values
        (2, 4567, '1', '2026-10-15', '2026-10-16', 6000, null),
        (3, 4568, '7', '2026-10-14', '2026-10-16', 2000, null),
        (4, 4570, '3', '2026-10-15', '2026-10-16', 5200, null);
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
