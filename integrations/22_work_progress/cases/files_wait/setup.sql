-- 山本 approves everywhere (and on one topic by name besides), 髙橋 files to banks, 伊藤 slips. 加藤 is on leave, 渡辺 had the role,
-- the account of 中村 is disabled in the console. 田中 only orders.
select pg_temp.approver('yamamoto-f');
select pg_temp.approver('yamamoto-f', '09_bank_transfers');
select pg_temp.approver('takahashi-h', '09_bank_transfers');
select pg_temp.approver('ito-h', '17_eltax_payment_slips');
select pg_temp.approver('kato-a');
select pg_temp.approver('watanabe-n');
select pg_temp.approver('nakamura-a');
update access.permission set ended_at = '2026-10-01 09:00+09', ended_by = 'kanri' where login_id = 'watanabe-n';
update access.account set disabled_at = '2026-10-01 09:00+09', disabled_by = 'kanri', disabled_reason = '異動' where login_id = 'nakamura-a';
-- Two of 田中 to the bank, one that 山本 ordered, one by the schedule to the municipalities' portal: 髙橋 3, 山本 3, 伊藤 1.
select pg_temp.made('09_bank_transfers', 'two_person', 'tanaka-m');
select pg_temp.made('09_bank_transfers', 'two_person', 'tanaka-m');
select pg_temp.made('09_bank_transfers', 'two_person', 'YAMAMOTO-F');
select pg_temp.made('17_eltax_payment_slips', 'two_person', 'schedule');
-- One that one person releases, and one that has its approval: nobody is asked.
select pg_temp.made('14_civic_clearings', 'operator', 'tanaka-m');
select pg_temp.made('09_bank_transfers', 'two_person', 'tanaka-m');
insert into export.approval (file_id, approver, sha256, count, total)
select f.id, 'takahashi-h', f.sha256, f.count, f.total from export.file f order by f.id desc limit 1;
update export.file f set state = 'approved' where exists (select from export.approval a where a.file_id = f.id);
