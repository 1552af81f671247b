select pg_temp.bills();
update ledger.slip_notice set state = 'withdrawn' where id = 3;
