-- 1 June: the books of 2026 are closed. What comes before the 滞納繰越 is 収入未整理 of 2027.
drop table if exists pg_temp.batch; create temp table batch on commit drop as select 901::bigint as id, '18_eltax_payments' as topic, date '2027-06-01' as business_date, 'kakari' as actor;
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
-- Carried over, asked twice: the second time there is nothing left to carry.
select ledger.carry_receivables(2026, '{}', 'shunyu', '滞納繰越', '2027-06-02');
select ledger.carry_receivables(2026, '{}', 'shunyu', '滞納繰越', '2027-06-02');
select ledger.allocate_receipt(1, '2026A0004569', '2027-06-03', 'kakari', '滞納繰越分の収入', '2027-06-03');
drop table if exists pg_temp.batch; create temp table batch on commit drop as select 902::bigint as id, '18_eltax_payments' as topic, date '2027-06-05' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values
        (2, 4568, '1', '2027-06-04', '2027-06-05', 2500, null);
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
