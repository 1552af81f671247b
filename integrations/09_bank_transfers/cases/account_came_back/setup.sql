insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 137832, '2026-10-29', '庁舎清掃委託 10月分', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000102', 500000, '2026-10-29', '庁舎照明改修工事', 'maker', 'approved', 'approver');
update ledger.creditor_account set unpayable_reason = '05', unpayable_since = '2026-10-16' where creditor = '0000000102';
