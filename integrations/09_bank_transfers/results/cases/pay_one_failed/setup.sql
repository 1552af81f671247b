select pg_temp.payroll();
select slate.sent('09_bank_transfers', '2026-10-15', '2026-10-06');
