select pg_temp.twins_sent();
