select pg_temp.second_tender();
