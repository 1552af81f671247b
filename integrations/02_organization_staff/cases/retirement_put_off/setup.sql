select pg_temp.three_people();
