select pg_temp.two_receivables();
