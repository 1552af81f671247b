insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.user_account (login_id, staff_no, display_name, family_name, given_name, department, active, version, last_modified, content, source, batch_id, line)
values ('takahashi-h', '01234567', '髙橋　花子', '髙橋', '花子', '20010101', true, 1, '2027-03-01', '{}', 'csv', 0, 2);
insert into ledger.account_role (login_id, organization, role) values ('takahashi-h', '20010101', 'draft');
