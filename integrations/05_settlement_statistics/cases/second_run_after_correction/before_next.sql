-- Closed on 31 May, entered by hand later.
select ledger.begin_journal();
insert into journal (fund, budget_line, event, fiscal_year, booked_on, organization, amount, memo)
select fund, line, event, 2025, day, '09010000', yen, memo from (values
    ('01', '0303010119', 'PAYMENT', date '2026-05-31', -5000300, '科目更正'),
    ('01', '0302010119', 'PAYMENT', date '2026-05-31', 5000300, '科目更正')) v (fund, line, event, day, yen, memo);
select ledger.post_journal();
do $$
begin
    perform ledger.check_settlement_release(1, date '2026-06-20');
    raise exception 'the file of edition 1 would leave';
exception when sqlstate 'RK060' then
    null;
end $$;
