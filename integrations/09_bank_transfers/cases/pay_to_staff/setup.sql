insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values
    ('02000001', '砧　次郎', 'キヌタ　ジロウ', '04', 'in_service', '2024-04-01', '2024-04-01');
insert into ledger.creditor (no, name, kana) values ('0000007002', '砧　次郎', 'ｷﾇﾀ ｼﾞﾛｳ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values
    ('0000007002', '2024-04-01', '0001', '201', '1', '7000001', 'ｷﾇﾀ ｼﾞﾛｳ');
insert into ledger.staff_creditor (creditor, staff_no, linked_by) values ('0000007002', '02000001', 'kaikei');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, deducted, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201010101', '05020000', '0000007002', 90000, 7602, '2026-10-15', '講師報酬 9月分', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000101', 137832, 0, '2026-10-15', '庁舎清掃委託 9月分', 'maker', 'approved', 'approver');
insert into ledger.staff_payment (order_id, part, staff_no, tax_column, kind, taxable, nontaxable, social, withheld) values
    ((select id from ledger.payment_order where no = '2026P00000001'), 1, '02000001', '2', '01', 30000, 0, 0, 918),
    ((select id from ledger.payment_order where no = '2026P00000001'), 2, '02000001', '2', '01', 60000, 0, 5000, 1684);
