select pg_temp.the_year();
select pg_temp.closing_and_new_year();
