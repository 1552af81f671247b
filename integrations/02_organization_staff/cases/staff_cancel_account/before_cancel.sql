insert into ledger.user_account (login_id, staff_no, display_name, family_name, given_name, active, version, last_modified, content, source, batch_id, line)
values ('kyodo-s', '01234570', '職員 01234570', '職員', '花', true, 1, '2026-04-01T09:00:00+09:00', '{}', 'csv', 0, 1);
