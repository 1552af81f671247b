select pg_temp.slip_replaced();
