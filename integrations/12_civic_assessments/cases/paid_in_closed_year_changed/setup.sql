-- Receivables of 2025, whose books are closed; two of them were partly paid before. What was unpaid went on in 2026, under 過年度収入.
insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
select v.id, 0, v.id, 2025, v.amount, v.amount, '2026-03-20', '2026-04-30', '2026-04-30', 'SKS', '2025-CV-00000' || v.id, '1', '01', '2105010101', '12030000',
       v.method, '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'
  from (values (1, 6000, '1'), (2, 4500, '1'), (3, 3000, '1'), (4, 5000, '1'), (5, 2000, '1')) v (id, amount, method);
select setval('ledger.assessment_id_seq', 5);
drop table if exists pg_temp.batch; create temp table batch on commit drop as select 901::bigint as id, '18_eltax_payments' as topic, date '2026-04-20' as business_date, 'kakari' as actor;
do $$ begin
    perform ledger.begin_journal();
    insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select a.line, 'ASSESSMENT', a.fiscal_year, a.assessed_on, a.fund, a.budget_line, a.organization, a.delta, a.reason, 'assessment', a.id
      from ledger.assessment a order by a.id;
    perform ledger.post_journal();
    perform ledger.begin_receipts();
    insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values (1, 4, '1', '2026-04-18', '2026-04-20', 1500, null), (2, 5, '1', '2026-04-18', '2026-04-20', 2000, null);
    perform ledger.book_receipts();
    perform ledger.post_journal();
    drop table journal;
    drop table batch;
end $$;
select ledger.carry_receivables(2025, '{"01/2105010101": "2105010191"}', 'shunyu', '滞納繰越', '2026-06-03');
