select pg_temp.small_year();
insert into ledger.settlement_rule (role, fund, key, from_year, version, item, why, made_by) values
    ('nature', '', '01', 2020, 2, null, '報酬は科目ごとに決める', 'zaisei'), ('purpose', '01', '0303', 2025, 1, null, '生活保護費の対応を見直す', 'zaisei'),
    ('nature', '01', '0101010101/01', 2025, 1, 'personnel', '議員報酬', 'zaisei');
