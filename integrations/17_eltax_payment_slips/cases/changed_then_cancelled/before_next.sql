insert into ledger.assessment (id, origin_id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, origin_key, reason, payer_name, payer_kana, address)
select 12401, id, 0, 1, fiscal_year, 5000, -5000, '2026-09-01', due_on, due_on, source, '2026-CV-000010', '3',
    fund, budget_line, organization, method, tax_class, payer_type, postal, source_key, reason, payer_name, payer_kana, address
  from ledger.assessment where id = 12346;
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-01');
insert into ledger.assessment (id, origin_id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, origin_key, reason, payer_name, payer_kana, address)
select 12402, id, 0, 1, fiscal_year, 250000, -250000, '2026-09-01', due_on, due_on, source, '2026-CV-000011', '4',
    fund, budget_line, organization, method, tax_class, payer_type, postal, source_key, reason, payer_name, payer_kana, address
  from ledger.assessment where id = 12346;
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-01');
