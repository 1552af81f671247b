-- The same course fee, to be paid by eL-QR: its slip is known to eLTAX, and ends when the money comes over the counter.
update ledger.assessment set method = '4' where id = 1;
insert into ledger.payment_slip (assessment_id, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year, amount, amount_main,
    due_on, pay_limit_on, issued_on, state)
values (1, '13112', '000', '999', '05202600000000101000', '123456', 2026, 2026, 6000, 6000, '2026-10-30', '2026-11-30', '2026-10-05', 'uploaded');
insert into ledger.slip_notice (slip_id, action, state) values (1, '1', 'uploaded');
