-- People: in service, in service, left in March, to be hired in April.
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired, left_on) values
    ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01', null),
    ('01234568', '佐藤　一郎', 'サトウ　イチロウ', '01', 'in_service', '2018-04-01', '2018-04-01', null),
    ('01234569', '田中　誠', 'タナカ　マコト', '01', 'retired', '2026-04-01', '1990-04-01', '2026-03-31'),
    ('01234570', '鈴木　春', 'スズキ　ハル', '01', 'in_service', '2027-04-01', '2027-04-01', null);
