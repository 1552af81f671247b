drop table if exists pg_temp.batch; create temp table batch on commit drop as select 901::bigint as id, '18_eltax_payments' as topic, date '2026-10-16' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values
        (2, 4567, '1', '2026-10-15', '2026-10-16', 6000, null),
        (3, 4567, '7', '2026-10-15', '2026-10-16', 6000, null),
        (4, 4568, '3', '2026-10-14', '2026-10-16', 5000, null);
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
drop table if exists pg_temp.batch; create temp table batch on commit drop as select 902::bigint as id, '18_eltax_payments' as topic, date '2026-10-16' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values
        (2, 4569, '2', '2026-10-15', '2026-10-16', 1000, null);
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
-- The batch with the direct debit is cancelled; what was paid twice goes back, what is more goes to another fee, and the rest of that is given up.
select ledger.cancel_receipts(902), ledger.reverse_batch(902, '2026-10-16', 'kakari', '口座振替の誤り');
select ledger.refund_overpayments(array[1]::bigint[], '2026-11-20', 'kakari', '二重納付', '2026-11-20');
select ledger.appropriate_overpayment(2, '2026A0004569', '2026-11-20', 'kakari', '本人の申出', '2026-11-20');
select ledger.write_off(array['2026A0004569'], '2026-11-20', 'kakari', '債務者の死亡（相続人なし）', '2026-11-20');
