insert into ledger.branch (bank, branch, valid_from, name, kana, reason)
select '0001', n::text, '2018-04-01', '支店' || n, 'ｼﾃﾝ' || n, 'initial' from generate_series(500, 506) n;
