select pg_temp.three_people();
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired, left_on) values ('01234580', '退職　者', 'タイショク　シャ', '01', 'retired', '2026-04-01', '2015-04-01', '2026-03-31');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234581', '別　所属', 'ベツ　ショゾク', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234581', '05020000', 'main', '50', null, '2024-04-01');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234582', '兼　務', 'ケン　ム', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234582', '05020000', 'main', '50', null, '2024-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, valid_from) values ('01234582', '05030000', 'concurrent', '50', '2025-04-01');
