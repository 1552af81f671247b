insert into ledger.account (code, name, name_en, class) values ('5990', '新しい費用', 'New cost', 'expense');
insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget) values (2025, '01', '0201030299', 'expenditure', '新しい節', '5990', 1000000);
select pg_temp.the_year();
select pg_temp.book('EXPENSE', 2025, '2026-01-15', '01', '0201030299', '05020000', '050201', 88000, '新しい費用');
select pg_temp.book('PAYMENT', 2025, '2026-01-31', '01', '0201030299', '05020000', '050201', 88000, '新しい費用 支払');
