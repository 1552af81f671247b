-- A new slip, so that there is another file to approve.
insert into ledger.payment_slip (id, assessment_id, issue, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
    amount, amount_main, due_on, pay_limit_on, issued_on, state)
values (4, 12300, 2, '13112', '000', '999', '05202600001230001010', '654321', 2026, 2026, 5000, 5000, '2026-09-30', '2026-10-31', '2026-09-01', 'queued');
insert into ledger.slip_notice (id, slip_id, action, state) values (5, 4, '1', 'queued');
