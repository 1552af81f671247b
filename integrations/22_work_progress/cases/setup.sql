-- 庁舎管理課: 課長 髙橋 approves by his role, 佐藤 and 田中 draft. 情報政策課: nobody has a role; 係長 伊藤 approves by rank, 渡辺 works there.
-- 会計課: 中村 is cashier. 山本 administers. 小林 was 係長 of 情報政策課 and has left; 加藤 is on leave.
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired, left_on) values
    ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01', null),
    ('01234568', '佐藤　一郎', 'サトウ　イチロウ', '01', 'in_service', '2018-04-01', '2018-04-01', null),
    ('01234569', '田中　誠', 'タナカ　マコト', '01', 'in_service', '2019-04-01', '2019-04-01', null),
    ('01234570', '伊藤　春', 'イトウ　ハル', '01', 'in_service', '2012-04-01', '2012-04-01', null),
    ('01234571', '渡辺　夏', 'ワタナベ　ナツ', '01', 'in_service', '2022-04-01', '2022-04-01', null),
    ('01234572', '中村　秋', 'ナカムラ　アキ', '01', 'in_service', '2010-04-01', '2010-04-01', null),
    ('01234573', '山本　冬', 'ヤマモト　フユ', '01', 'in_service', '2011-04-01', '2011-04-01', null),
    ('01234574', '小林　学', 'コバヤシ　マナブ', '01', 'retired', '2026-10-01', '1990-04-01', '2026-09-30'),
    ('01234575', '加藤　晶', 'カトウ　アキラ', '01', 'on_leave', '2026-09-01', '2013-04-01', null);
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, valid_from) values
    ('01234567', '05020000', 'main', '20', '2024-04-01'), ('01234568', '05020000', 'main', '50', '2024-04-01'),
    ('01234569', '05020000', 'main', '50', '2024-04-01'), ('01234570', '05030000', 'main', '30', '2024-04-01'),
    ('01234571', '05030000', 'main', '50', '2024-04-01'), ('01234572', '09010000', 'main', '50', '2024-04-01'),
    ('01234573', '09010000', 'main', '30', '2024-04-01'), ('01234574', '05030000', 'main', '30', '2020-04-01'),
    ('01234575', '05030000', 'main', '20', '2020-04-01');
insert into ledger.user_account (login_id, staff_no, display_name, family_name, given_name, active, version, last_modified, content, source, batch_id, line)
select l, n, f, f, 'x', true, 1, '2026-04-01T09:00:00+09:00', '{}', 'csv', 1, 1
  from (values ('takahashi-h', '01234567', '髙橋'), ('sato-i', '01234568', '佐藤'), ('tanaka-m', '01234569', '田中'), ('ito-h', '01234570', '伊藤'),
               ('watanabe-n', '01234571', '渡辺'), ('nakamura-a', '01234572', '中村'), ('yamamoto-f', '01234573', '山本'),
               ('kobayashi-m', '01234574', '小林'), ('kato-a', '01234575', '加藤')) p (l, n, f);
insert into ledger.account_role (login_id, organization, role) values
    ('takahashi-h', '05020000', 'approve'), ('sato-i', '05020000', 'draft'), ('tanaka-m', '05020000', 'draft'),
    ('nakamura-a', '09010000', 'cashier'), ('yamamoto-f', '09010000', 'admin');
