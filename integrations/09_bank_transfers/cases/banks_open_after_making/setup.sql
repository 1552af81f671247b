select pg_temp.orders('2026-10-15');
select ledger.change_own_day('bank', '2026-10-15', false, '臨時休業', '2026-10-06', '銀行の通知', 'kakari');
