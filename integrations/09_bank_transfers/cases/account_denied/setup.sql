select ledger.record_account_check(k.id, x.answer, x.day::date, x.source, 'kakunin')
  from (values (1, '0000000101', '2', '2026-10-01', '銀行の回答票'), (2, '0000000102', '9', '2026-10-01', '銀行の回答票'), (3, '0000000102', '0', '2026-10-02', '通帳の写し')) x (nth, creditor, answer, day, source)
  join ledger.creditor_account k using (creditor)
 order by x.nth;
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 137832, '2026-10-15', '委託料', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000102', 2000000, '2026-10-15', '委託料', 'maker', 'approved', 'approver'),
    ('2026P00000003', 2026, '01', '0201030212', '05020000', '0000000103', 1, '2026-10-15', '委託料', 'maker', 'approved', 'approver');
