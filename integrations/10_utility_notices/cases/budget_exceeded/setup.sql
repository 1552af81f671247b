update ledger.budget_line set budget = 84200 where (fiscal_year, code) = (2026, '0201070210');
