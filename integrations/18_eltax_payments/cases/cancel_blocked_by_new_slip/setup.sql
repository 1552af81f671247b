select pg_temp.bills();
