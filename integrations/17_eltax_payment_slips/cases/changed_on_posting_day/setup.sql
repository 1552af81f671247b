select pg_temp.bill_sent();
select slate.changed(12400, 12346, -45000, '2026-CV-000009', '2026-09-02');
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-02');
update ledger.payment_slip set confirmation_no = '222222' where id = 101;
