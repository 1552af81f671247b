select pg_temp.give_back('2026P00000011', '2026-10-31');
