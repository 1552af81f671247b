-- A receivable of 4,500 yen whose slip eLTAX has.
insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
values (12345, 0, 2, 2026, 4500, 4500, '2026-09-01', '2026-10-30', '2026-10-30', 'SKS', '2026-CV-000100', '1',
    '01', '2105010101', '12030000', '4', '0', '1', '1570073', '生涯大学受講料', '砧　三郎', 'キヌタ　サブロウ', '東京都世田谷区砧9-9-9');
insert into ledger.payment_slip (id, assessment_id, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
    amount, amount_main, due_on, pay_limit_on, issued_on, state)
values (1, 12345, '13112', '000', '999', '05202600001234501000', '480213', 2026, 2026, 4500, 4500, '2026-10-30', '2026-11-30', '2026-09-01', 'uploaded');
insert into ledger.slip_notice (id, slip_id, action, state) values (1, 1, '1', 'uploaded');
select setval('ledger.payment_slip_id_seq', 100), setval('ledger.slip_notice_id_seq', 100);
