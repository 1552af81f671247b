select pg_temp.bills();
update ledger.slip_notice set state = 'queued' where id = 3;
update ledger.slip_notice set state = 'withdrawn' where id = 4;
