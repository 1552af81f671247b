select pg_temp.small_year();
select ledger.settle(2025, 'zaisei', date '2026-05-20');
