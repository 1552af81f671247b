update ledger.utility_contract set valid_to = '2026-10-25' where contract_no = '031000000002';
insert into ledger.utility_contract (collector, contract_no, valid_from, title, organization, fund, budget_line)
values ('1000000011', '031000000002', '2026-10-26', '生涯大学 電気（移管）', '05020000', '01', '0201030210');
