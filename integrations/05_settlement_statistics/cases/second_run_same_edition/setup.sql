select pg_temp.small_year();
