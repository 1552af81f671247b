drop table if exists pg_temp.batch; create temp table batch on commit drop as select 901::bigint as id, '18_eltax_payments' as topic, date '2027-04-02' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values
        (2, 4567, '3', '2027-03-31', '2027-04-02', 6000, null);
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
drop table if exists pg_temp.batch; create temp table batch on commit drop as select 902::bigint as id, '18_eltax_payments' as topic, date '2027-05-31' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values
        (2, 4568, '1', '2027-05-31', '2027-05-31', 2000, null);
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
drop table if exists pg_temp.batch; create temp table batch on commit drop as select 903::bigint as id, '18_eltax_payments' as topic, date '2027-06-01' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values
        (2, 4569, '3', '2027-05-31', '2027-06-01', 3000, null);
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
