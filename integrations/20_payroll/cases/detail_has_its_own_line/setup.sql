insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget) values (2026, '01', '0201010192', 'expenditure', '総務費 一般管理 給料 再任用', '5110', 90000000);
insert into ledger.payroll_budget_line (fiscal_year, fund, subject, project, section, detail, budget_line) values (2026, '01', '020101', '0010101', '02', '09', '0201010192');
