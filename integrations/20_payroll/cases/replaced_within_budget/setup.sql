update ledger.budget_line set budget = 1300000 where (fiscal_year, fund, code) = (2026, '01', '0201010102');
