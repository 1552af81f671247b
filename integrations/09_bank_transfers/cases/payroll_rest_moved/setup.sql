select pg_temp.payroll();
select pg_temp.withheld();
select pg_temp.listed('{2}');
select slate.sent('09_bank_transfers', '2026-10-15', '2026-10-06');
-- Their branch was not known in time.
select pg_temp.listed('{3,4,5}');
select ledger.move_payroll('2026-10-15', '2026-10-29', null, 'kacho', '支店の確認が間に合わなかったため', '2026-10-16');
