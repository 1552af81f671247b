update ledger.budget_line set budget = 1199999 where (fiscal_year, fund, code) = (2026, '01', '0201010102');
