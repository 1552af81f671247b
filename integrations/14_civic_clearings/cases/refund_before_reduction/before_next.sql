-- 減額 by 1,500 as 12 posts it: 500 yen are owed again, and paid.
insert into ledger.assessment (id, origin_id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, origin_key, reason, payer_name, payer_kana, address)
select 4600, id, 903, 1, fiscal_year, 1500, -1500, '2026-10-20', due_given, due_on, source, '2026-CV-000150', '3',
    fund, budget_line, organization, method, tax_class, payer_type, postal, source_key, reason, payer_name, payer_kana, address
  from ledger.assessment where id = 4567;
do $$ begin
    perform ledger.begin_journal();
    insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select 1, 'ASSESSMENT', fiscal_year, assessed_on, fund, budget_line, organization, delta, reason, 'assessment', id from ledger.assessment where id = 4600;
    perform ledger.post_journal();
    drop table journal;
end $$;
drop table if exists pg_temp.batch; create temp table batch on commit drop as select 904::bigint as id, '18_eltax_payments' as topic, date '2026-10-20' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values
        (2, 4567, '1', '2026-10-20', '2026-10-20', 500, null);
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
