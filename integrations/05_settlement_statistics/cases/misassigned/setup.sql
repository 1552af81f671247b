-- Parts of more than there is.
select ledger.begin_journal();
insert into journal (fund, budget_line, event, fiscal_year, booked_on, organization, amount, memo)
select fund, line, event, 2025, day, '09010000', yen, memo from (values
    ('01', '0101010191', 'RECEIPT', date '2025-06-30', 500000600, '特別区民税'),
    ('01', '1401010191', 'RECEIPT', date '2026-05-20', 120000400, '生活保護費負担金'),
    ('01', '0101010101', 'PAYMENT', date '2025-07-10', 80000500, '議員報酬'),
    ('01', '0303010119', 'PAYMENT', date '2025-09-15', 300000700, '生活保護'),
    ('01', '1201010122', 'PAYMENT', date '2025-09-25', 100000800, '元利償還'),
    ('01', '0201030210', 'PAYMENT', date '2025-10-01', 3000000, '需用費'),
    ('01', '1006028027', 'PAYMENT', date '2025-10-01', 9000000, '繰出金'),
    ('05', '0201010191', 'RECEIPT', date '2025-10-01', 8000000, '繰入金')) v (fund, line, event, day, yen, memo);
select ledger.post_journal();
insert into ledger.settlement_portion (fiscal_year, fund, budget_line, nature, yen, why, made_by) values
    (2025, '01', '0201030210', 'maintenance', 3000001, '修繕', 'zaisei'), (2025, '01', '0201030211', 'maintenance', 1000, '支出のない科目', 'zaisei');
insert into ledger.settlement_funding (fiscal_year, fund, budget_line, nature, source, yen, why, made_by) values
    (2025, '01', '0303010119', '', 'national', 300000701, '支出を超える', 'zaisei'), (2025, '01', '0101010101', 'goods', 'fees', 1000, 'その性質の支出がない', 'zaisei');
insert into ledger.settlement_figure (fiscal_year, figure, yen, why, made_by) values (2025, 'carried_over', 0, '繰り越す財源なし', 'zaisei');
