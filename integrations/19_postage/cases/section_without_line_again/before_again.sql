insert into ledger.postage_budget (organization, valid_from, fund, budget_line) values ('05030000', '2026-04-01', '01', '0201030211');
