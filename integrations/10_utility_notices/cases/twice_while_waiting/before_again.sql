insert into ledger.utility_contract (collector, contract_no, valid_from, title, organization, fund, budget_line)
values ('1000000011', '031000000077', '2026-10-01', '発達相談室 電気', '12030000', '01', '0201070210');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, method, memo, made_by)
values ('2026P99999999', 2026, '01', '0201070210', '12030000', '0000000191', 7700, '2026-10-26', 'direct_debit', '公共料金 別ファイル', 'kakari');
insert into ledger.utility_charge (collector, customer_no, debit_date, amount, contract_id, contract_no, debit_account, payment_order, batch_id, line)
select '1000000011', '031000000077', '2026-10-26', 7700, c.id, c.contract_no, a.id, p.id, 2, 2
  from ledger.utility_contract c, ledger.debit_account a, ledger.payment_order p where c.contract_no = '031000000077' and p.no = '2026P99999999';
