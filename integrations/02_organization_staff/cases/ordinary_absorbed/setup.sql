-- A receivable of the civic activities section, 6,000 yen, unpaid.
insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
values (4567, 0, 2, 2026, 6000, 6000, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', '2026-CV-000100', '1',
    '01', '2105010101', '12030000', '1', '0', '1', '1540017', '陶芸教室受講料(前期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9');
