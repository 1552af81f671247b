select pg_temp.bill_sent();
update ledger.payment_slip set state = 'queued' where id = 2;
update ledger.slip_notice set state = 'queued' where id = 2;
select slate.changed(12400, 12346, -45000, '2026-CV-000009');
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-01');
update ledger.payment_slip set confirmation_no = '222222' where id = 101;
