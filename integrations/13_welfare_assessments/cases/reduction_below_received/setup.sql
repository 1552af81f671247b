-- Posted and paid before.
insert into ledger.assessment (fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action, fund, budget_line, organization,
    method, tax_class, payer_type, postal, period, reason, payer_name, payer_kana, address)
values (2026, 4400, 4400, '2026-10-05', '2026-10-30', '2026-10-30', 'SHF', '2026-DV-000101', '1', '01', '1201010501', '15020000',
    '1', '0', '1', '1540017', '2026-09', '利用者負担金(2026年9月分)', '世田谷　花子', 'セタガヤ　ハナコ', '東京都世田谷区世田谷9-9-8');
insert into ledger.receipt (assessment_id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated)
values (1, '1', '2026-10-05', '2026-10-05', 4400, 4400, 0, 0);
insert into ledger.clearing (assessment_id, no, kind, paid_on, booked_on, channel, amount, assessed, received_total, written_off, overpaid, receipt_id)
values (1, 1, '1', '2026-10-05', '2026-10-05', '1', 4400, 4400, 4400, 0, 0, 1);
