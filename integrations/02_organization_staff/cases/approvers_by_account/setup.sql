select pg_temp.three_people();
select pg_temp.two_drafts();
insert into ledger.user_account (login_id, staff_no, display_name, family_name, given_name, active, version, last_modified, content, source, batch_id, line)
values ('takahashi-h', '01234567', '職員 01234567', '職員', '花', true, 1, '2026-04-01T09:00:00+09:00', '{}', 'csv', 0, 1);
insert into ledger.user_account (login_id, staff_no, display_name, family_name, given_name, active, version, last_modified, content, source, batch_id, line)
values ('setagaya-t', '01234568', '職員 01234568', '職員', '花', true, 1, '2026-04-01T09:00:00+09:00', '{}', 'csv', 0, 1);
insert into ledger.account_role (login_id, organization, role) values ('takahashi-h', '05020000', 'approve'), ('setagaya-t', '05020000', 'approve');
