select pg_temp.small_year(granted => false, carried => false);
