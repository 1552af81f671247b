select pg_temp.bill_sent();
update ledger.payment_slip set issued_on = '2026-12-28', due_on = '2027-01-29', pay_limit_on = '2027-03-01' where id = 2;
update ledger.assessment set due_on = '2027-01-29' where id = 12346;
select slate.changed(12400, 12346, -45000, '2026-CV-000009', '2027-01-03');
select ledger.refresh_slips(array[12346]::bigint[], null, '2027-01-03');
