-- A rule that leads nowhere.
select pg_temp.small_year();
select pg_temp.moved(2025, '[["01", "1002010110", "PAYMENT", "2025-10-01", 3000000, "小学校"]]');
insert into ledger.settlement_rule (role, fund, key, from_year, item, why, made_by) values ('nature', '01', '1002/10', 2025, 'debt', '誤り', 'zaisei');
