-- A year with what the rules do not know.
insert into ledger.fund (code, name) values ('06', '駐車場事業会計');
insert into ledger.budget_line (fiscal_year, fund, code, side, name, account) values
    (2025, '01', '1401010128', 'expenditure', '予備費', '5210'), (2025, '01', '2001010191', 'revenue', '配分金', '4290'),
    (2025, '06', '0101010110', 'expenditure', '駐車場 需用費', '5210'), (2025, '01', '0201010188', 'expenditure', '総務費 一般管理 節88', '5210');
select pg_temp.small_year();
select pg_temp.moved(2025, '[
    ["01", "1401010128", "PAYMENT", "2025-10-01", 3000000, "予備費"],
    ["01", "2001010191", "RECEIPT", "2025-10-01", 4000000, "知らない歳入"],
    ["01", null, "RECEIPT", "2025-10-02", 5000000, "科目のない収入"],
    ["06", "0101010110", "PAYMENT", "2025-10-03", 6000000, "新しい会計"],
    ["01", "0201010188", "PAYMENT", "2025-10-03", 7000000, "節88"]]');
