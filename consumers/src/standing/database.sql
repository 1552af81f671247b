-- The database itself: its size, and the age of the oldest transaction that is open in it.
select pg_database_size(current_database()),
       greatest(0, coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0))::bigint
  from pg_stat_activity
 where datname = current_database() and backend_type = 'client backend'
