-- A receivable of 6,000 yen of which 4,000 have been received, and one of 5,000 of which nothing has.
insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
values (4567, 0, 2, 2026, 6000, 6000, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', '2026-CV-000100', '1',
    '01', '2105010101', '12030000', '1', '0', '1', '1540017', '陶芸教室受講料(前期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'),
    (4568, 0, 3, 2026, 5000, 5000, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', '2026-CV-000110', '1',
    '01', '2105010101', '12030000', '1', '0', '1', '1540017', '陶芸教室受講料(前期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9');
insert into ledger.receipt (id, assessment_id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated, batch_id, line)
values (1, 4567, '1', '2026-09-10', '2026-09-11', 4000, 4000, 0, 0, 0, 2);
insert into ledger.clearing (assessment_id, no, kind, paid_on, booked_on, channel, amount, assessed, received_total, written_off, overpaid, receipt_id)
values (4567, 1, '1', '2026-09-10', '2026-09-11', '1', 4000, 6000, 4000, 0, 0, 1);
