select pg_temp.bills();
update ledger.payment_slip set office_code = '00A' where id = 1;
update ledger.assessment set method = '2' where id = 12346;
