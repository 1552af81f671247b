drop table if exists pg_temp.batch; create temp table batch on commit drop as select 901::bigint as id, '18_eltax_payments' as topic, date '2026-10-16' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values
        (2, null, '1', '2026-10-15', '2026-10-16', 5000, 'no receivable');
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
select ledger.allocate_receipt(1, '2026A0004568', '2026-10-20', 'kakari', '納付者に確認', '2026-10-20');
