select pg_temp.the_year();
select pg_temp.book('ALLOCATION', 2025, '2026-03-31', '01', '0201030211', '12030000', '120302', 30000, '配賦');
