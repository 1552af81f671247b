-- What the cases of this folder book. Each runs on a ledger without entries.

-- One posting.
create or replace function pg_temp.book(event text, fiscal_year int, booked_on date, fund text, budget_line text, organization text, facility text,
                                        amount bigint, memo text) returns void
language plpgsql as $$
begin
    perform ledger.begin_journal();
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, facility, amount, memo)
    values (event, fiscal_year, booked_on, fund, budget_line, organization, facility, amount, memo);
    perform ledger.post_journal();
    drop table pg_temp.journal;
end $$;

-- The year 2025 to 31 March: a building with its depreciation, fees, cleaning, postage that is shared out, a deposit.
create or replace function pg_temp.the_year() returns void
language plpgsql as $$
begin
    perform ledger.begin_journal();
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, facility, amount, memo) values
        ('OPENING_1302', 2025, '2025-04-01', '01', null, '05020000', '050201', 850000000, '開始残高 建物'),
        ('OPENING_1303', 2025, '2025-04-01', '01', null, '05020000', '050201', 310000000, '開始残高 減価償却累計額'),
        ('OPENING_1101', 2025, '2025-04-01', '01', null, '05020000', null, 120000000, '開始残高 現金預金'),
        ('ASSESSMENT', 2025, '2025-06-10', '01', '1301020301', '12030000', '120301', 300000, '施設使用料'),
        ('RECEIPT', 2025, '2025-06-30', '01', '1301020301', '12030000', '120301', 280000, '施設使用料 収入'),
        ('ASSESSMENT', 2025, '2025-07-01', '01', '1301020301', '12030000', '120301', -5000, '施設使用料 減額'),
        ('EXPENSE', 2025, '2025-12-10', '01', '0201030212', '05020000', '050201', 5000000, '庁舎清掃'),
        ('PAYMENT', 2025, '2025-12-25', '01', '0201030212', '05020000', '050201', 5000000, '庁舎清掃 支払'),
        ('EXPENSE', 2025, '2026-03-20', '01', '0201030211', '05020000', null, 1200000, '郵便料金 3月分'),
        ('NONBUDGET_IN', 2025, '2025-08-01', '01', null, '05020000', null, 50000, '契約保証金'),
        ('DEPRECIATION_1302', 2025, '2026-03-31', '01', null, '05020000', '050201', 17240000, '本庁舎 減価償却'),
        ('ALLOCATION', 2025, '2026-03-31', '01', '0201030211', '12030000', '120301', 400000, '郵便料金の配賦'),
        ('ALLOCATION', 2025, '2026-03-31', '01', '0201030211', '05020000', null, -400000, '郵便料金の配賦');
    perform ledger.post_journal();
    drop table pg_temp.journal;
end $$;

-- What of it was paid and received in 整理期間, and the beginning of the new year.
create or replace function pg_temp.closing_and_new_year() returns void
language plpgsql as $$
begin
    perform ledger.begin_journal();
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, facility, amount, memo) values
        ('PAYMENT', 2025, '2026-04-10', '01', '0201030211', '05020000', null, 1200000, '郵便料金 3月分 支払'),
        ('RECEIPT', 2025, '2026-05-31', '01', '1301020301', '12030000', '120301', 10000, '施設使用料 収入（出納整理期間末日）'),
        ('ASSESSMENT', 2026, '2026-04-01', '01', '1301020301', '12030000', '120302', 70000, '施設使用料'),
        ('RECEIPT', 2026, '2026-04-15', '01', '1301020301', '12030000', '120302', 70000, '施設使用料 収入'),
        ('EXPENSE', 2026, '2026-05-31', '01', '0201030212', '05020000', '050201', 900000, '庁舎清掃 4月分'),
        ('PAYMENT', 2026, '2026-06-01', '01', '0201030212', '05020000', '050201', 900000, '庁舎清掃 4月分 支払');
    perform ledger.post_journal();
    drop table pg_temp.journal;
end $$;
