-- One slip was paid before it was sent, one is past its 支払期限, one asks for more than is owed; one can go.
insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
values
    (12345, 0, 46, 2026, 12345, 12345, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', '2026-CV-000001', '1',
     '01', '2105010101', '12030000', '4', '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'),
    (12346, 0, 47, 2026, 300000, 300000, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', '2026-CV-000002', '1',
     '01', '2105010101', '12030000', '4', '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'),
    (12300, 0, 1, 2026, 5000, 5000, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', '2026-CV-000003', '1',
     '01', '2105010101', '12030000', '4', '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'),
    (12301, 0, 2, 2026, 7000, 7000, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', '2026-CV-000004', '1',
     '01', '2105010101', '12030000', '4', '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9');
insert into ledger.payment_slip (id, assessment_id, issue, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
    amount, amount_main, due_on, pay_limit_on, issued_on, state, void_reason)
values
    (1, 12345, 1, '13112', '000', '999', '05202600001234501000', '480213', 2026, 2026, 12345, 12345, '2026-09-30', '2026-10-31', '2026-09-01', 'final', null),
    (2, 12346, 1, '13112', '000', '999', '05202600001234601000', '917706', 2026, 2026, 300000, 300000, '2026-07-31', '2026-08-31', '2026-09-01', 'queued', null),
    (3, 12300, 1, '13112', '000', '999', '05202600001230001000', '356124', 2026, 2026, 5500, 5500, '2026-09-30', '2026-10-31', '2026-09-01', 'queued', null),
    (4, 12301, 1, '13112', '000', '999', '05202600001230101000', '654321', 2026, 2026, 7000, 7000, '2026-09-30', '2026-10-31', '2026-09-01', 'queued', null);
insert into ledger.slip_notice (id, slip_id, action, state)
values (1, 1, '1', 'queued'), (2, 2, '1', 'queued'), (3, 3, '1', 'queued'), (4, 4, '1', 'queued');
select slate.assessed();

-- 確報 of the first slip taken out: here only the barcodes are wrong.
update ledger.payment_slip set state = 'queued', due_on = '2026-09-30', pay_limit_on = '2026-10-31';
update ledger.assessment set amount = 1000000, delta = 1000000 where id = 12346;
update ledger.payment_slip set amount = 1000000, amount_main = 1000000 where id = 2;
update ledger.payment_slip set amount = 5000, amount_main = 5000 where id = 3;
update ledger.payment_slip set store_barcode = '91912345052026000012345010000026103100123452' where id = 1;
update ledger.payment_slip set store_barcode = '91912345052026000012346010000026103100000001' where id = 2;
update ledger.payment_slip set store_barcode = '91912345052026000012300010000026093000050003' where id = 3;
update ledger.payment_slip set store_barcode = '91912345052026000012301010000099999900070000' where id = 4;
