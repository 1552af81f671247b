insert into ledger.payroll_budget_line (fiscal_year, fund, subject, project, section, budget_line)
values (2026, '01', '020101', '0010199', '02', '0201010102'), (2026, '01', '020101', '0010199', '04', '0201010104');
