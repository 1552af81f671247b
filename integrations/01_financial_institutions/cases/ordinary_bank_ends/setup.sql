insert into ledger.branch (bank, branch, valid_from, name, kana, reason) values ('0005', '302', '2018-04-01', '砧店', 'ｷﾇﾀﾃﾝ', 'initial');
