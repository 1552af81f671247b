insert into ledger.institution (bank, valid_from, valid_to, name, kana, reason, end_reason) values ('9871', '2018-04-01', '2026-09-30', '北沢', 'ｷﾀｻﾞﾜ', 'initial', 'vanished');
