insert into ledger.institution (bank, valid_from, name, kana, reason) values ('9871', '2018-04-01', '北沢', 'ｷﾀｻﾞﾜ', 'initial'), ('9872', '2018-04-01', '梅丘', 'ｳﾒｶﾞｵｶ', 'initial');
insert into ledger.branch (bank, branch, valid_from, name, kana, reason) values ('9872', '001', '2018-04-01', '本店', 'ﾎﾝﾃﾝ', 'initial');
insert into ledger.creditor (no, name, kana) values ('0000000501', '梅丘商店', 'ｳﾒｶﾞｵｶｼﾖｳﾃﾝ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values ('0000000501', '2020-04-01', '9872', '001', '1', '1000051', 'ｳﾒｶﾞｵｶｼﾖｳﾃﾝ');
