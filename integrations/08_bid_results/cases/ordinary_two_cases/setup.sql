select pg_temp.second_tender();
insert into ledger.creditor (no, name, kana, corporate_number) values ('9000000901', '有限会社玉川メンテ', 'ﾀﾏｶﾞﾜﾒﾝﾃ', '4010901900011');
update ledger.vendor set creditor = '9000000901' where no = '0012345679';
