update ledger.contract_number_rule set valid_to = '2026-10-26' where collector = '1000000011';
insert into ledger.contract_number_rule (collector, valid_from, start_at, length, strip_zeros) values ('1000000011', '2026-10-27', 4, 12, true);
insert into ledger.utility_contract (collector, contract_no, valid_from, title, organization, fund, budget_line)
values ('1000000011', '7000000009', '2020-04-01', '陶芸教室 電気', '12030000', '01', '0201070210');
