select pg_temp.bills();
delete from ledger.slip_notice where slip_id in (1, 3);
delete from ledger.payment_slip where id in (1, 3);
update ledger.payment_slip set state = 'uploaded' where id = 2;
update ledger.slip_notice set state = 'uploaded' where id = 2;
select setval('ledger.payment_slip_id_seq', 100), setval('ledger.slip_notice_id_seq', 100);
select ledger.write_off(array['2026A0012346'], '2026-11-20', 'kakari', '債務者の死亡', '2026-11-20');
