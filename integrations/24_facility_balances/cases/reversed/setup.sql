select pg_temp.the_year();
select pg_temp.closing_and_new_year();
select ledger.reverse_entries(array(select id from ledger.entry where event = 'EXPENSE' and booked_on = '2025-12-10'), '2026-02-01', 'kaikei', '誤り');
select ledger.reverse_entries(array(select id from ledger.entry where event = 'PAYMENT' and booked_on = '2025-12-25'), '2026-02-01', 'kaikei', '誤り');
