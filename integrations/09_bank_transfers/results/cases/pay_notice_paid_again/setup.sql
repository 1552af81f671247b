select pg_temp.payroll();
select pg_temp.listed('{2,3,4,5}');
select slate.sent('09_bank_transfers', '2026-10-15', '2026-10-06');
