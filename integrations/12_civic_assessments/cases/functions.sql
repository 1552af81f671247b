-- Receivables of 2025, whose books are closed; two of them were partly paid before. What was unpaid went on in 2026, under 過年度収入.
create or replace function pg_temp.carried_over() returns void language plpgsql as $$
begin
    insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
        fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
    select v.id, 0, v.id, 2025, v.amount, v.amount, '2026-03-20', '2026-04-30', '2026-04-30', 'SKS', '2025-CV-00000' || v.id, '1', '01', '2105010101', '12030000',
           '1', '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'
      from (values (1, 6000), (2, 4500), (3, 3000), (4, 5000), (5, 2000)) v (id, amount);
    perform setval('ledger.assessment_id_seq', 5);
    perform slate.assessed();
    perform slate.received(901, '2026-04-20', '[[1, 4, "1", "2026-04-18", 1500], [2, 5, "1", "2026-04-18", 2000]]');
    perform ledger.carry_receivables(2025, '{"01/2105010101": "2105010191"}', 'shunyu', '滞納繰越', '2026-06-03');
end $$;

-- A receivable of 4,500 yen and its slip, of which eLTAX was told or is to be.
create or replace function pg_temp.bill_and_slip(slip text, notice text) returns void language plpgsql as $$
begin
    insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
        fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
    values (12345, 0, 2, 2026, 4500, 4500, '2026-09-01', '2026-10-30', '2026-10-30', 'SKS', '2026-CV-000100', '1',
        '01', '2105010101', '12030000', '4', '0', '1', '1570073', '生涯大学受講料', '砧　三郎', 'キヌタ　サブロウ', '東京都世田谷区砧9-9-9');
    perform slate.slip(1, 12345, '480213', slip, pay_limit_on => '2026-11-30');
    insert into ledger.slip_notice (id, slip_id, action, state) values (1, 1, '1', notice);
    perform setval('ledger.payment_slip_id_seq', 100), setval('ledger.slip_notice_id_seq', 100);
end $$;

-- A receivable of 6,000 yen of which 4,000 have been received, and one of 5,000 of which nothing has.
create or replace function pg_temp.two_receivables() returns void language sql as $$
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
$$;
