insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by) values
    ('2027P00000001', 2027, '01', '0201030212', '05020000', '0000000101', 1000, '2028-03-07', '五営業日', 'sato-i');
