do $$ begin
    perform ledger.begin_journal();
    insert into journal (event, fiscal_year, booked_on, fund, budget_line, organization, facility, amount, memo) values
        ('ASSESSMENT', 2027, '2028-02-28', '01', '1301020301', '12030000', '120301', 1000, '28日'),
        ('ASSESSMENT', 2027, '2028-02-29', '01', '1301020301', '12030000', '120301', 20000, '29日'),
        ('ASSESSMENT', 2027, '2028-03-01', '01', '1301020301', '12030000', '120301', 300000, '1日');
    perform ledger.post_journal();
    drop table journal;
end $$;
