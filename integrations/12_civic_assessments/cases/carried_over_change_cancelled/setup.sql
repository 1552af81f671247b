select pg_temp.carried_over();
