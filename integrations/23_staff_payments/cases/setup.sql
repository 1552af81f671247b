-- Three people: full time (甲), a committee member paid elsewhere (乙), a day labourer (丙).
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values
    ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01'),
    ('02000001', '砧　次郎', 'キヌタ　ジロウ', '06', 'in_service', '2024-04-01', '2024-04-01'),
    ('02000002', '経堂　三郎', 'キョウドウ　サブロウ', '04', 'in_service', '2024-04-01', '2024-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, valid_from) values
    ('01234567', '12030000', 'main', '40', '2024-04-01'), ('02000002', '12030000', 'main', '90', '2024-04-01');
insert into ledger.creditor (no, name, kana) values
    ('0000007001', '髙橋　花子', 'ﾀｶﾊｼ ﾊﾅｺ'), ('0000007002', '砧　次郎', 'ｷﾇﾀ ｼﾞﾛｳ'), ('0000007003', '経堂　三郎', 'ｷﾖｳﾄﾞｳ ｻﾌﾞﾛｳ');
insert into ledger.staff_creditor (creditor, staff_no, linked_by) values
    ('0000007001', '01234567', 'kaikei'), ('0000007002', '02000001', 'kaikei'), ('0000007003', '02000002', 'kaikei');
