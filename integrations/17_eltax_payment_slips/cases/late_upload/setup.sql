select pg_temp.bills();
update ledger.payment_slip set issued_on = '2026-08-28' where id in (1, 3);
