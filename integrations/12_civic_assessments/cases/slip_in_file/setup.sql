-- A receivable of 4,500 yen whose slip is in a file 17 that is not released yet.
insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
values (12345, 0, 2, 2026, 4500, 4500, '2026-09-01', '2026-10-30', '2026-10-30', 'SKS', '2026-CV-000100', '1',
    '01', '2105010101', '12030000', '4', '0', '1', '1570073', '生涯大学受講料', '砧　三郎', 'キヌタ　サブロウ', '東京都世田谷区砧9-9-9');
insert into ledger.payment_slip (id, assessment_id, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
    amount, amount_main, due_on, pay_limit_on, issued_on, state)
values (1, 12345, '13112', '000', '999', '05202600001234501000', '480213', 2026, 2026, 4500, 4500, '2026-10-30', '2026-11-30', '2026-09-01', 'queued');
insert into ledger.slip_notice (id, slip_id, action, state) values (1, 1, '1', 'queued');
select setval('ledger.payment_slip_id_seq', 100), setval('ledger.slip_notice_id_seq', 100);
-- The claim alone: the file itself says nothing to this topic.
set local session_replication_role = replica;
insert into export.claim (file_id, topic, seq, object, object_id, yen, live) values (77, '17_eltax_payment_slips', 1, 'slip_notice', 1, 4500, true);
set local session_replication_role = origin;
