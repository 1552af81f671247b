-- Bank business days: 4, 5, 6, 7, 8 January.
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 1000, '2027-01-08', '五営業日', 'sato-i', 'approved', 'takahashi-h'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000101', 2000, '2027-01-12', '六営業日', 'sato-i', 'approved', 'takahashi-h');
