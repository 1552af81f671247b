select pg_temp.payroll();
