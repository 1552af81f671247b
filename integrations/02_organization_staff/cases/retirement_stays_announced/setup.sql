-- Three people: two of the building section, of whom 01234567 is the only one who can approve, and one of information policy.
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234567', '05020000', 'main', '20', '庁舎管理課長', '2024-04-01');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234568', '世田谷　太郎', 'セタガヤ　タロウ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234568', '05020000', 'main', '50', null, '2024-04-01');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234569', '砧　次郎', 'キヌタ　ジロウ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234569', '05030000', 'main', '30', null, '2024-04-01');
