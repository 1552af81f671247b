insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget) values (2026, '04', '1101010101', 'revenue', '保険料', '4220', 1000000);
