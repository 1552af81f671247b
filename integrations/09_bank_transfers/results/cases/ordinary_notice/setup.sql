select pg_temp.orders_sent();
