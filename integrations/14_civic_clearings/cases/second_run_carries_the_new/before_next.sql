drop table if exists pg_temp.batch; create temp table batch on commit drop as select 902::bigint as id, '18_eltax_payments' as topic, date '2026-10-16' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values
        (2, 4568, '1', '2026-10-16', '2026-10-16', 2500, null);
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
