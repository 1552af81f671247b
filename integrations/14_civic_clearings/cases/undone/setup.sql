-- A small ledger: fees of two sections, and what came for them. Receipts are booked as 11 and 18 book them.
insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
select v.id, 900, v.id, 2026, v.amount, v.amount, '2026-10-05', '2026-10-30', '2026-10-30', v.source, v.source_key, '1',
       '01', v.line, v.organization, '1', '0', '1', '1540017', v.reason, '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'
  from (values (4567, 6000, 'SKS', '2026-CV-000101', '2105010101', '12030000', '陶芸教室受講料(後期)'),
               (4568, 4500, 'SKS', '2026-CV-000102', '2105010101', '12030000', '生涯大学受講料'),
               (4569, 3000, 'SKS', '2026-CV-000103', '2105010101', '12030000', '市民大学受講料(後期)'),
               (4570, 5200, 'SHF', '2026-DV-000201', '1201010501', '15020000', '利用者負担金(2026年9月分)')) v (id, amount, source, source_key, line, organization, reason);
do $$ begin
    perform ledger.begin_journal();
    insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select a.line, 'ASSESSMENT', a.fiscal_year, a.assessed_on, a.fund, a.budget_line, a.organization, a.delta, a.reason, 'assessment', a.id
      from ledger.assessment a order by a.id;
    perform ledger.post_journal();
    drop table journal;
end $$;
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
