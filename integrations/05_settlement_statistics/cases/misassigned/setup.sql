-- Parts of more than there is.
select pg_temp.small_year(granted => false);
select pg_temp.moved(2025, '[
    ["01", "0201030210", "PAYMENT", "2025-10-01", 3000000, "需用費"],
    ["01", "1006028027", "PAYMENT", "2025-10-01", 9000000, "繰出金"],
    ["05", "0201010191", "RECEIPT", "2025-10-01", 8000000, "繰入金"]]');
insert into ledger.settlement_portion (fiscal_year, fund, budget_line, nature, yen, why, made_by) values
    (2025, '01', '0201030210', 'maintenance', 3000001, '修繕', 'zaisei'), (2025, '01', '0201030211', 'maintenance', 1000, '支出のない科目', 'zaisei');
insert into ledger.settlement_funding (fiscal_year, fund, budget_line, nature, source, yen, why, made_by) values
    (2025, '01', '0303010119', '', 'national', 300000701, '支出を超える', 'zaisei'), (2025, '01', '0101010101', 'goods', 'fees', 1000, 'その性質の支出がない', 'zaisei');
