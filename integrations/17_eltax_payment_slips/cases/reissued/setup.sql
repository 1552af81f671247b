select pg_temp.bills();
delete from ledger.slip_notice where slip_id in (1, 3);
delete from ledger.payment_slip where id in (1, 3);
update ledger.payment_slip set state = 'uploaded', due_on = '2026-07-31', pay_limit_on = '2026-08-31' where id = 2;
update ledger.assessment set due_on = '2026-07-31' where id = 12346;
update ledger.slip_notice set state = 'uploaded' where id = 2;
select setval('ledger.payment_slip_id_seq', 100), setval('ledger.slip_notice_id_seq', 100);
select ledger.reissue_slips(array['2026000012346-01'], '2026-10-31', '2026-09-01', 'kakari');
update ledger.payment_slip set confirmation_no = '222222' where id = 101;
