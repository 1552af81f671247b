select pg_temp.payroll();
select pg_temp.withheld();
select pg_temp.listed('{2,3,4,5}');
select ledger.move_payroll('2026-10-15', '2026-10-29', null, 'kacho', '銀行の締切に間に合わなかったため', '2026-10-16');
