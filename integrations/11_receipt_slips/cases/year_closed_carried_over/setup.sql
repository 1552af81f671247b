-- Two course fees that are owed: 2026A0000001 and 2026A0000002.
insert into ledger.assessment (fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action, fund, budget_line, organization,
    method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address) values
    (2026, 6000, 6000, '2026-10-05', '2026-10-30', '2026-10-30', 'SKS', '2026-CV-000101', '1', '01', '2105010101', '12030000',
     '1', '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'),
    (2026, 4500, 4500, '2026-10-05', '2026-10-30', '2026-10-30', 'SKS', '2026-CV-000102', '1', '01', '2105010101', '12030000',
     '1', '0', '1', '1570073', '生涯大学受講料', '砧　三郎', 'キヌタ　サブロウ', '東京都世田谷区砧9-9-9');
select ledger.carry_receivables(2026, '{}', 'shunyu', '滞納繰越', '2027-06-01');
