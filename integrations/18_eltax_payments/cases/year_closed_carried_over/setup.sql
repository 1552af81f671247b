-- A receivable of the year before.
insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
values
    (12345, 0, 46, 2025, 12345, 12345, '2026-03-20', '2026-04-30', '2026-04-30', 'SKS', '2025-CV-000001', '1',
     '01', '2105010101', '12030000', '4', '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9');
insert into ledger.payment_slip (id, assessment_id, issue, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
    amount, amount_main, due_on, pay_limit_on, issued_on, state, void_reason)
values
    (1, 12345, 1, '13112', '000', '999', '05202500001234501000', '480213', 2025, 2025, 12345, 12345, '2026-04-30', '2026-06-30', '2026-09-01', 'uploaded', null);
insert into ledger.slip_notice (id, slip_id, action, state)
values (1, 1, '1', 'uploaded');
-- What the assessments had posted, so that the receivables stand in the journal too.
do $$ begin
    perform ledger.begin_journal();
    insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select a.line, 'ASSESSMENT', a.fiscal_year, a.assessed_on, a.fund, a.budget_line, a.organization, a.delta, a.reason, 'assessment', a.id
      from ledger.assessment a order by a.id;
    perform ledger.post_journal();
    drop table journal;
end $$;
select ledger.carry_receivables(2025, '{}', 'shunyu', '滞納繰越', '2026-06-03');
