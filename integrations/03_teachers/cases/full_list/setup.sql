select pg_temp.sakura();
