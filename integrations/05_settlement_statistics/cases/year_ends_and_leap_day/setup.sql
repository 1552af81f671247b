-- The year 2027.
select ledger.begin_journal();
insert into journal (fund, budget_line, event, fiscal_year, booked_on, organization, amount, memo)
select fund, line, event, 2027, day, '09010000', yen, memo from (values
    ('01', '0101010191', 'RECEIPT', date '2027-04-01', 1000000, '初日'),
    ('01', '0101010191', 'RECEIPT', date '2028-02-29', 2000000, '閏日'),
    ('01', '0101010191', 'RECEIPT', date '2028-03-31', 4000000, '年度末'),
    ('01', '0101010191', 'RECEIPT', date '2028-05-31', 8000000, '出納閉鎖日'),
    ('01', '0101010101', 'PAYMENT', date '2028-05-31', 5000000, '出納閉鎖日')) v (fund, line, event, day, yen, memo);
select ledger.post_journal();
-- What 2026 received in the same April.
select ledger.begin_journal();
insert into journal (fund, budget_line, event, fiscal_year, booked_on, organization, amount, memo)
select fund, line, event, 2026, day, '09010000', yen, memo from (values
    ('01', '0101010191', 'RECEIPT', date '2027-04-01', 99000000, '2026年度の整理期間')) v (fund, line, event, day, yen, memo);
select ledger.post_journal();
-- Money of nobody's budget.
select ledger.begin_journal();
insert into journal (fund, budget_line, event, fiscal_year, booked_on, organization, amount, memo)
select fund, line, event, 2028, day, '09010000', yen, memo from (values
    ('01', null, 'OVERPAYMENT', date '2028-04-01', 77000000, '過誤納は歳入でない')) v (fund, line, event, day, yen, memo);
select ledger.post_journal();
insert into ledger.settlement_figure (fiscal_year, figure, yen, why, made_by) values (2027, 'carried_over', 0, '繰り越す財源なし', 'zaisei');
