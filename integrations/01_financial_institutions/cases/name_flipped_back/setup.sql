insert into ledger.institution (bank, valid_from, valid_to, name, kana, reason, end_reason) values
    ('9871', '2018-04-01', '2026-09-28', '北沢', 'ｷﾀｻﾞﾜ', 'initial', 'renamed'), ('9871', '2026-09-29', '9999-12-31', '新北沢', 'ｼﾝｷﾀｻﾞﾜ', 'renamed', null);
