insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, state)
values ('2026F0000901', 2026, '01', '0201070210', '12030000', '0000000191', '生涯大学 電気 年間', 600000, '2026-04-01', 'draft');
update ledger.utility_contract set commitment = '2026F0000901' where contract_no = '031000000002';
insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, state)
values ('2026F0000902', 2026, '01', '0201070210', '12030000', '0000000191', '生涯大学 電気 年間（確定）', 600000, '2026-04-01', 'confirmed');
