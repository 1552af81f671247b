select pg_temp.orders();
