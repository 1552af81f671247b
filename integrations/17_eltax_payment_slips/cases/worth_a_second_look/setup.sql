-- Three slips of about 5,000 yen that eLTAX has; new: one of 500,000, two alike for one citizen, one that is due in nine days.
insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, payer_no, postal, reason, payer_name, payer_kana, address)
select v.id, 0, v.id, 2026, v.amount, v.amount, v.assessed_on::date, v.due_on::date, v.due_on::date, 'SKS', '2026-CV-' || lpad(v.id::text, 6, '0'), '1',
       '01', '2105010101', '12030000', '4', '0', '1', v.payer_no, '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'
  from (values (1, 4800, '2026-08-01', '2026-08-31', 'P1'), (2, 5000, '2026-08-01', '2026-08-31', 'P2'), (3, 5200, '2026-08-01', '2026-08-31', 'P3'),
               (4, 500000, '2026-09-01', '2026-09-30', 'P4'), (5, 5000, '2026-09-01', '2026-09-30', 'P5'), (6, 5000, '2026-09-01', '2026-09-30', 'P5'),
               (7, 5000, '2026-09-01', '2026-09-10', 'P6')) v (id, amount, assessed_on, due_on, payer_no);
insert into ledger.payment_slip (id, assessment_id, issue, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
    amount, amount_main, due_on, pay_limit_on, issued_on, state)
select a.id, a.id, 1, '13112', '000', '999', '052026' || lpad(a.id::text, 9, '0') || '01000', '48021' || a.id, 2026, 2026,
       a.amount, a.amount, a.due_on, '2026-10-31', a.assessed_on, case when a.id <= 3 then 'uploaded' else 'queued' end
  from ledger.assessment a;
insert into ledger.slip_notice (id, slip_id, action, state)
select s.id, s.id, '1', s.state from ledger.payment_slip s;
