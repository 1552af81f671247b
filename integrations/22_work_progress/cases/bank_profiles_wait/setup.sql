select pg_temp.approver('takahashi-h', '09_bank_transfers');
select pg_temp.approver('ito-h', '17_eltax_payment_slips');
select pg_temp.profile('mizuho_advanced', 'yamamoto-f');
select pg_temp.profile('mizuho_payroll', 'takahashi-h');
select pg_temp.profile('mizuho_eb', 'yamamoto-f');
update ledger.profile_version set approved = false, decided_by = 'yamamoto-f', decided_at = '2026-10-02 09:00+09', decided_why = '誤り' where profile = 'mizuho_eb';
