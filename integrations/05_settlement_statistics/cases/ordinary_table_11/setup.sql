select pg_temp.year_2025();
select pg_temp.spent(2025, '[
    ["1003010112", "中学校費 委託料", 5555555], ["1004010101", "幼稚園費 報酬", 4040404], ["1005010112", "社会教育費 委託料", 2500500],
    ["1006010114", "体育施設費 工事請負費", 7000499]]');
insert into ledger.settlement_funding (fiscal_year, fund, budget_line, nature, source, yen, why, made_by) values
    (2025, '01', '1005010112', '', 'fees', 500500, '施設使用料', 'zaisei'), (2025, '01', '1006010114', '', 'bond', 3000000, '教育債', 'zaisei');
