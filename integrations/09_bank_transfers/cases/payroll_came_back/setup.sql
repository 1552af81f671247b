select pg_temp.payroll();
select pg_temp.listed('{2,3,4,5}');
select slate.sent('09_bank_transfers', '2026-10-15', '2026-10-06');
-- One credit came back and is held off budget (results), then transferred to the account the payroll section corrected.
insert into ledger.payroll_result (transfer_id, file_id, outcome, reason, returned_on, fund, batch_id, line) values (2, 1, 'returned', '05', '2026-10-16', '01', 1, 3);
select pg_temp.booked('kakari', 3, 'RETURN_TO_DEPOSIT', '2026-10-16', 200000, '給与返戻1', 'payroll_transfer', 2);
select ledger.repay_returned_pay(1, '2026-10-29', '0009:401:1:2222299', '', 'kakari', '2026-10-19');
select ledger.approve_returned_pay(array[1], 'kacho', '2026-10-19');
