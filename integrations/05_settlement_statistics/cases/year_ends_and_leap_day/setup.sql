-- The year 2027.
select pg_temp.moved(2027, '[
    ["01", "0101010191", "RECEIPT", "2027-04-01", 1000000, "初日"],
    ["01", "0101010191", "RECEIPT", "2028-02-29", 2000000, "閏日"],
    ["01", "0101010191", "RECEIPT", "2028-03-31", 4000000, "年度末"],
    ["01", "0101010191", "RECEIPT", "2028-05-31", 8000000, "出納閉鎖日"],
    ["01", "0101010101", "PAYMENT", "2028-05-31", 5000000, "出納閉鎖日"]]');
-- What 2026 received in the same April.
select pg_temp.moved(2026, '[["01", "0101010191", "RECEIPT", "2027-04-01", 99000000, "2026年度の整理期間"]]');
-- Money of nobody's budget.
select pg_temp.moved(2028, '[["01", null, "OVERPAYMENT", "2028-04-01", 77000000, "過誤納は歳入でない"]]');
insert into ledger.settlement_figure (fiscal_year, figure, yen, why, made_by) values (2027, 'carried_over', 0, '繰り越す財源なし', 'zaisei');
