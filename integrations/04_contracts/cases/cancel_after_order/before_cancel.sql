insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, memo, made_by)
values ('2026P00000901', 2026, '01', '0201030212', '05020000', '0000000101', '2026F0000201', 700000, '2026-10-20', '部分払', 'tanto');
