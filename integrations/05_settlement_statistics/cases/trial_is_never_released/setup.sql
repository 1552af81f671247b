-- A small year.
select ledger.begin_journal();
insert into journal (fund, budget_line, event, fiscal_year, booked_on, organization, amount, memo)
select fund, line, event, 2025, day, '09010000', yen, memo from (values
    ('01', '0101010191', 'RECEIPT', date '2025-06-30', 500000600, '特別区民税'),
    ('01', '1401010191', 'RECEIPT', date '2026-05-20', 120000400, '生活保護費負担金'),
    ('01', '0101010101', 'PAYMENT', date '2025-07-10', 80000500, '議員報酬'),
    ('01', '0303010119', 'PAYMENT', date '2025-09-15', 300000700, '生活保護'),
    ('01', '1201010122', 'PAYMENT', date '2025-09-25', 100000800, '元利償還')) v (fund, line, event, day, yen, memo);
select ledger.post_journal();
insert into ledger.settlement_funding (fiscal_year, fund, budget_line, source, yen, why, made_by) values (2025, '01', '0303010119', 'national', 120000400, '負担金', 'zaisei');
insert into ledger.settlement_figure (fiscal_year, figure, yen, why, made_by) values (2025, 'carried_over', 0, '繰り越す財源なし', 'zaisei');
select ledger.settle(2025, 'zaisei', date '2026-05-20');
