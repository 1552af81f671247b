insert into ledger.utility_contract (collector, contract_no, valid_from, title, organization, fund, budget_line, facility)
values ('1000000011', '031000000077', '2026-03-01', '発達相談室 電気', '12030000', '01', '0201070210', '150201');
