select pg_temp.approver('yamamoto-f');
select pg_temp.approver('ito-h');
select pg_temp.approver('takahashi-h', '09_bank_transfers');
select pg_temp.pay_again(1, 'nakamura-a');
select pg_temp.pay_again(2, 'yamamoto-f');
select pg_temp.pay_again(3, 'nakamura-a');
update ledger.payroll_repayment set withdrawn_by = 'nakamura-a', withdrawn_at = '2026-10-02 09:00+09', withdrawn_why = '口座誤り' where id = 3;
