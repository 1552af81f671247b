insert into ledger.institution (bank, valid_from, name, kana, reason) values ('9871', '2018-04-01', '北沢', 'ｷﾀｻﾞﾜ', 'initial');
