insert into ledger.institution (bank, valid_from, name, kana, reason) values ('9871', '2018-04-01', '北沢', 'ｷﾀｻﾞﾜ', 'initial'), ('9872', '2018-04-01', '梅丘', 'ｳﾒｶﾞｵｶ', 'initial');
insert into ledger.branch (bank, branch, valid_from, name, kana, reason) values ('9872', '001', '2018-04-01', '本店', 'ﾎﾝﾃﾝ', 'initial');
update ledger.institution set valid_to = '2026-09-30', end_reason = 'closed' where bank = '9872';
update ledger.branch set valid_to = '2026-09-30', end_reason = 'bank_ended' where bank = '9872';
