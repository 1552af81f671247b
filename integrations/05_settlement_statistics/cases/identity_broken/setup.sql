-- A rule that is too coarse.
select pg_temp.small_year();
select pg_temp.moved(2025, '[["01", "0201030212", "PAYMENT", "2025-10-01", 3000000, "庁舎管理"]]');
insert into ledger.settlement_rule (role, fund, key, from_year, item, why, made_by) values ('purpose', '01', '020103', 2025, 'general', '誤り', 'zaisei');
