insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, valid_from) values ('01234567', '15020000', 'main', '40', '2024-04-01');
