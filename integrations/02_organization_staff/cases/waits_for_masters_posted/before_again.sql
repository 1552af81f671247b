insert into ledger.organization (code, valid_from, name, level, parent, can_execute) values ('05990000', '2027-04-01', '総務部 特命課', 2, '05000000', true);
insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget) values (2027, '01', '9901010101', 'expenditure', '予備費', '5110', 1000000);
