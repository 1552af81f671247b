-- Amounts that do not divide.
select pg_temp.moved(2025, '[
    ["01", "0101010191", "RECEIPT", "2025-06-30", 1500, "税"],
    ["01", "0201010191", "RECEIPT", "2025-06-30", 1500, "譲与税"],
    ["01", "0601010191", "RECEIPT", "2025-06-30", 1500, "消費税交付金"],
    ["01", "2105010101", "RECEIPT", "2025-06-30", 400, "雑入"],
    ["01", "2105010101", "RECEIPT", "2025-07-30", -2900, "雑入の戻出"],
    ["01", "0101010101", "PAYMENT", "2025-07-10", 333, "報酬"],
    ["01", "0201010102", "PAYMENT", "2025-07-10", 333, "給料"],
    ["01", "0201030212", "PAYMENT", "2025-07-10", 334, "委託料"],
    ["01", "0303010119", "PAYMENT", "2025-07-10", 2500, "生活保護"],
    ["01", "0403010112", "PAYMENT", "2025-07-10", 1499, "清掃"]]');
insert into ledger.settlement_funding (fiscal_year, fund, budget_line, source, yen, why, made_by) values (2025, '01', '0303010119', 'national', 1250, '半額', 'zaisei');
insert into ledger.settlement_figure (fiscal_year, figure, yen, why, made_by) values (2025, 'carried_over', 0, '繰り越す財源なし', 'zaisei');
