select pg_temp.the_year();
select pg_temp.book('EXPENSE', 2025, '2026-01-15', '01', '0201030212', '05020000', '999999', 88000, '清掃');
