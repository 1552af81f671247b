select pg_temp.bill_sent();
update ledger.payment_slip set due_on = '2026-07-31', pay_limit_on = '2026-08-31' where id = 2;
update ledger.assessment set due_on = '2026-07-31' where id = 12346;
select ledger.reissue_slips(array['2026000012346-01'], '2026-10-31', '2026-09-01', 'kakari');
update ledger.payment_slip set confirmation_no = '222222' where id = 101;
