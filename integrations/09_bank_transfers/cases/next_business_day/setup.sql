select pg_temp.orders('2026-10-12');
