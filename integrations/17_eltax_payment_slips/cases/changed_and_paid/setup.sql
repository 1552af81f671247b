select pg_temp.bill_sent();
select slate.changed(12400, 12346, -45000, '2026-CV-000009');
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-01');
insert into ledger.payment_notice (kind, slip_id, agency_code, fee_item, case_key, confirmation_no, amount, paid_on, channel, batch_id, line)
values ('01', 2, '13112', '999', '05202600001234601000', '917706', 300000, '2026-09-01', '60', 0, 1);
select ledger.settle_slips(array[2]::bigint[]);
