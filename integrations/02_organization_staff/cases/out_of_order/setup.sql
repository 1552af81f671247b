-- Three people: two of the building section, of whom 01234567 is the only one who can approve, and one of information policy.
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234567', '05020000', 'main', '20', '庁舎管理課長', '2024-04-01');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234568', '世田谷　太郎', 'セタガヤ　タロウ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234568', '05020000', 'main', '50', null, '2024-04-01');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234569', '砧　次郎', 'キヌタ　ジロウ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234569', '05030000', 'main', '30', null, '2024-04-01');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired, left_on) values ('01234580', '退職　者', 'タイショク　シャ', '01', 'retired', '2026-04-01', '2015-04-01', '2026-03-31');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234581', '別　所属', 'ベツ　ショゾク', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234581', '05020000', 'main', '50', null, '2024-04-01');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234582', '兼　務', 'ケン　ム', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234582', '05020000', 'main', '50', null, '2024-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, valid_from) values ('01234582', '05030000', 'concurrent', '50', '2025-04-01');
