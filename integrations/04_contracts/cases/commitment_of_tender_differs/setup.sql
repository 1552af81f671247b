select pg_temp.awarded();
