-- 減額 by 45 yen as 12 posts it; the random 確認番号 of the new slip is fixed, so that the bytes of the next file are.
select slate.changed(12400, 12345, -45, '2026-CV-000009');
select setval('ledger.payment_slip_id_seq', 100), setval('ledger.slip_notice_id_seq', 100);
drop table if exists pg_temp.batch; create temp table batch on commit drop as select date '2026-09-01' as business_date;
select ledger.refresh_slips(array[12345]::bigint[], null);
update ledger.payment_slip set confirmation_no = '222222' where id = 101;
