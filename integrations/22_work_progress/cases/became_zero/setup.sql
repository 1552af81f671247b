insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000101', 1000, '2026-11-30', '清掃', 'sato-i');
