update ledger.budget_line set budget = 300000 where (fiscal_year, code) = (2026, '0201030210');
