select pg_temp.payroll('2026-12', '2026-12-10');
select pg_temp.payroll('2026-12', '2026-12-10', kind => '2', gross => 500000, net => 400000);
