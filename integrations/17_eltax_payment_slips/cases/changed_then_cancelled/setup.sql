select pg_temp.bills();
delete from ledger.slip_notice where slip_id in (1, 3);
delete from ledger.payment_slip where id in (1, 3);
update ledger.payment_slip set state = 'uploaded' where id = 2;
update ledger.slip_notice set state = 'uploaded' where id = 2;
select setval('ledger.payment_slip_id_seq', 100), setval('ledger.slip_notice_id_seq', 100);
insert into ledger.assessment (id, origin_id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, origin_key, reason, payer_name, payer_kana, address)
select 12400, id, 0, 1, fiscal_year, 45000, -45000, '2026-09-01', due_on, due_on, source, '2026-CV-000009', '3',
    fund, budget_line, organization, method, tax_class, payer_type, postal, source_key, reason, payer_name, payer_kana, address
  from ledger.assessment where id = 12346;
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-01');
