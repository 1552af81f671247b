select pg_temp.one_of_four_can_go();
