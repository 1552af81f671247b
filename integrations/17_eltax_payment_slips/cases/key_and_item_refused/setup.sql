-- A 税目・料金番号 that is no longer valid, and a key of another system's partition.
select slate.bill(12345, 46, 12345, '2026-CV-000001'), slate.bill(12346, 47, 300000, '2026-CV-000002');
select slate.slip(1, 12345, '480213', 'queued'), slate.slip(2, 12346, '917706', 'queued');
update ledger.payment_slip set case_key = '07202600001234601000' where id = 2;
insert into ledger.slip_notice (id, slip_id, action, state) values (1, 1, '1', 'queued'), (2, 2, '1', 'queued');
select slate.assessed();
update ledger.eltax_fee_item set valid_to = '2026-08-31' where code = '999';
