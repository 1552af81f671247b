update ledger.budget_line set budget = 20159 where (fiscal_year, code) = (2026, '0301040211');
