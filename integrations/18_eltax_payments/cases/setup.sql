-- Two receivables whose slips eLTAX has: 12,345 and 300,000 yen.
create or replace function pg_temp.bills() returns void language plpgsql as $bills$
begin
    insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
        fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
    values
        (12345, 0, 46, 2026, 12345, 12345, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', '2026-CV-000001', '1',
         '01', '2105010101', '12030000', '4', '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'),
        (12346, 0, 47, 2026, 300000, 300000, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', '2026-CV-000002', '1',
         '01', '2105010101', '12030000', '4', '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9');
    insert into ledger.payment_slip (id, assessment_id, issue, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
        amount, amount_main, due_on, pay_limit_on, issued_on, state, void_reason)
    values
        (1, 12345, 1, '13112', '000', '999', '05202600001234501000', '480213', 2026, 2026, 12345, 12345, '2026-09-30', '2026-10-31', '2026-09-01', 'uploaded', null),
        (2, 12346, 1, '13112', '000', '999', '05202600001234601000', '917706', 2026, 2026, 300000, 300000, '2026-09-30', '2026-10-31', '2026-09-01', 'uploaded', null);
    insert into ledger.slip_notice (id, slip_id, action, state)
    values (1, 1, '1', 'uploaded'), (2, 2, '1', 'uploaded');
    perform slate.assessed();
end $bills$;
