update ledger.user_account set active = false, disabled_since = '2026-10-01T09:00:00+09:00' where login_id in ('ito-h', 'nakamura-a');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 1000, '2026-11-30', '課長の起案', 'takahashi-h'),
    ('2026P00000002', 2026, '01', '0201050212', '05030000', '0000000103', 2000, '2026-11-30', '保守', 'watanabe-n');
insert into ledger.receipt (id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated) overriding system value values (1, '01', '2026-10-01', '2026-10-02', 500, 0, 0, 500);
insert into ledger.unallocated_receipt (receipt_id, amount, cause) values (1, 500, 'UNKNOWN');
