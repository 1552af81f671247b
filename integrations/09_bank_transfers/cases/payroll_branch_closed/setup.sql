select pg_temp.payroll();
update ledger.branch set valid_to = '2026-09-30', end_reason = 'merged', successor_bank = '0005', successor_branch = '302' where (bank, branch) = ('0005', '301');
insert into ledger.branch (bank, branch, valid_from, name, kana, reason) values ('0005', '302', '2020-04-01', '祖師谷', 'ｿｼｶﾞﾔ', 'initial');
