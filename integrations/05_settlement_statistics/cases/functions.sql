-- What moved in the journal of a year: rows of [fund, line, event, day, yen, memo].
create or replace function pg_temp.moved(year int, moves jsonb) returns void language plpgsql as $$
begin
    perform ledger.begin_journal();
    insert into pg_temp.journal (fund, budget_line, event, fiscal_year, booked_on, organization, amount, memo)
    select m ->> 0, m ->> 1, m ->> 2, year, (m ->> 3)::date, '09010000', (m ->> 4)::bigint, m ->> 5
      from jsonb_array_elements(moves) with ordinality x (m, nth) order by x.nth;
    perform ledger.post_journal();
end $$;

-- A small year, 2025; the grant that paid for a part of it; and that nothing is carried over.
create or replace function pg_temp.small_year(granted boolean default true, carried boolean default true) returns void language plpgsql as $$
begin
    perform pg_temp.moved(2025, '[
        ["01", "0101010191", "RECEIPT", "2025-06-30", 500000600, "特別区民税"],
        ["01", "1401010191", "RECEIPT", "2026-05-20", 120000400, "生活保護費負担金"],
        ["01", "0101010101", "PAYMENT", "2025-07-10", 80000500, "議員報酬"],
        ["01", "0303010119", "PAYMENT", "2025-09-15", 300000700, "生活保護"],
        ["01", "1201010122", "PAYMENT", "2025-09-25", 100000800, "元利償還"]]');
    insert into ledger.settlement_funding (fiscal_year, fund, budget_line, source, yen, why, made_by)
    select 2025, '01', '0303010119', 'national', 120000400, '負担金', 'zaisei' where granted;
    insert into ledger.settlement_figure (fiscal_year, figure, yen, why, made_by)
    select 2025, 'carried_over', 0, '繰り越す財源なし', 'zaisei' where carried;
end $$;

-- A year of a small ward, 2025: what it assessed and received, ordered and paid, to 31 May 2026.
create or replace function pg_temp.year_2025() returns void language plpgsql as $year$
begin
    create temp table moved (fund text, line text, day date, yen bigint) on commit drop;
    insert into moved values
        -- revenue
        ('01', '0101010191', '2025-06-30', 15234567890), ('01', '0101010191', '2026-05-29', 1200345678), ('01', '0201010191', '2025-11-28', 298765432),
        ('01', '0601010191', '2026-03-27', 8876543210), ('01', '1001010191', '2025-09-30', 6111222333), ('01', '1201010501', '2025-10-31', 21987654),
        ('01', '1301020301', '2025-12-26', 150432109), ('01', '1301800191', '2025-12-26', 14321000), ('01', '1302010191', '2026-03-31', 187654300),
        ('01', '1401010191', '2026-05-20', 9150000000), ('01', '1501010191', '2026-04-30', 4400123456), ('01', '1901010191', '2025-06-02', 3999888777),
        ('01', '2105010101', '2025-08-29', 58210400), ('01', '2201010191', '2026-05-25', 1500000000),
        ('05', '0101010191', '2025-07-31', 987654321), ('05', '0201010191', '2025-07-31', 450123456),
        -- expenditure
        ('01', '0101010101', '2025-07-10', 298765432), ('01', '0201010102', '2025-12-19', 2109876543), ('01', '0201010103', '2025-12-19', 1298765431),
        ('01', '0201030210', '2025-08-20', 198765432), ('01', '0201030212', '2026-04-10', 476543210), ('01', '0201030214', '2026-05-15', 345678901),
        ('01', '0201050212', '2026-03-25', 612345678), ('01', '0201090124', '2026-03-31', 1000000000), ('01', '0301040211', '2025-10-20', 7654321),
        ('01', '0301070127', '2026-02-27', 4555666777), ('01', '0301098012', '2025-11-20', 19876543), ('01', '0302010119', '2025-10-15', 15123456789),
        ('01', '0303010119', '2025-09-15', 12200000999), ('01', '0403010112', '2025-12-10', 4444333222), ('01', '0802020114', '2026-05-22', 3012345678),
        ('01', '1001020301', '2025-08-20', 40123456), ('01', '1002010110', '2026-01-20', 1487654321), ('01', '1006028027', '2025-07-31', 450123456),
        ('01', '1201010122', '2025-09-25', 3456789012), ('05', '0101010110', '2025-11-28', 1432109876);

    perform ledger.begin_journal();
    insert into journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo)
    select e.event, 2025, least(m.day, e.latest), m.fund, m.line, '09010000', m.yen, b.name
      from moved m
      join ledger.budget_line b on (b.fiscal_year, b.fund, b.code) = (2025, m.fund, m.line)
     cross join lateral (values (case b.side when 'revenue' then 'ASSESSMENT' else 'EXPENSE' end, date '2026-03-31'),
                                (case b.side when 'revenue' then 'RECEIPT' else 'PAYMENT' end, date '2026-05-31')) e (event, latest)
     order by b.side desc, m.fund, m.line, m.day, e.event;
    -- A payment that came back (戻入), and 受講料 of the next year, which is none of this one's.
    insert into journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo)
    values ('EXPENSE_RETURN', 2025, '2026-05-12', '01', '0302010119', '09010000', 123456, '児童手当の返納'),
           ('RECEIPT', 2026, '2026-04-10', '01', '2105010101', '09010000', 777000, '2026年度の受講料');
    perform ledger.post_journal();

    -- Repairs in 需用費, and what the year's grants and bonds paid for.
    insert into ledger.settlement_portion (fiscal_year, fund, budget_line, nature, yen, why, made_by) values
        (2025, '01', '0201030210', 'maintenance', 45678901, '庁舎の修繕', 'zaisei');
    insert into ledger.settlement_funding (fiscal_year, fund, budget_line, nature, source, yen, why, made_by) values
        (2025, '01', '0303010119', '', 'national', 9150000000, '生活保護費負担金', 'zaisei'),
        (2025, '01', '0302010119', '', 'prefectural', 4400123456, '児童福祉費補助金', 'zaisei'),
        (2025, '01', '0802020114', '', 'bond', 1500000000, '土木債', 'zaisei'),
        (2025, '01', '0201030210', 'maintenance', 'fees', 12345678, '施設使用料', 'zaisei'),
        (2025, '05', '0101010110', '', 'sundry', 987654321, '学校給食費', 'zaisei');
    insert into ledger.settlement_figure (fiscal_year, figure, yen, why, made_by) values (2025, 'carried_over', 23456789, '繰越明許費', 'zaisei');
end $year$;

-- What a year paid besides, on budget lines of its own: rows of [line, name, yen].
create or replace function pg_temp.spent(year int, payments jsonb) returns void language plpgsql as $$
begin
    insert into ledger.budget_line (fiscal_year, fund, code, side, name, account)
    select year, '01', p ->> 0, 'expenditure', p ->> 1, '5210' from jsonb_array_elements(payments) p;
    perform pg_temp.moved(year, (select jsonb_agg(jsonb_build_array('01', p ->> 0, 'PAYMENT', make_date(year, 10, 20), p -> 2, p ->> 1))
                                   from jsonb_array_elements(payments) p));
end $$;
