select pg_temp.payroll('2027-05', '2027-05-21');
select pg_temp.listed('{2,3,4,5}');
