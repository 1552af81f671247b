select pg_temp.year_2025();
