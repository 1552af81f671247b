-- The rest is asked for by a slip of its own.
insert into ledger.payment_slip (id, assessment_id, issue, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
    amount, amount_main, due_on, pay_limit_on, issued_on, state)
values (3, 12345, 2, '13112', '000', '999', '05202600001234501010', '222222', 2026, 2026, 345, 345, '2026-09-30', '2026-10-31', '2026-09-14', 'queued');
