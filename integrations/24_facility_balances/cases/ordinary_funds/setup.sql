insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget) values (2025, '04', '0301010118', 'expenditure', '介護保険 負担金補助及び交付金', '5240', 900000000), (2025, '04', '0101010101', 'revenue', '介護保険 保険料', '4110', 900000000);
select pg_temp.the_year();
select pg_temp.book('ASSESSMENT', 2025, '2025-05-01', '04', '0101010101', '05020000', null, 8000000, '保険料');
select pg_temp.book('RECEIPT', 2025, '2025-05-31', '04', '0101010101', '05020000', null, 8000000, '保険料 収入');
select pg_temp.book('EXPENSE', 2025, '2025-09-01', '04', '0301010118', '15020000', '150201', 3000000, '給付');
select pg_temp.book('PAYMENT', 2025, '2025-09-15', '04', '0301010118', '15020000', '150201', 3000000, '給付 支払');
select pg_temp.book('EXPENSE', 2025, '2025-09-01', '01', '0201030212', '15020000', '150201', 110000, '清掃');
