do $$ begin
    perform ledger.begin_journal();
    insert into journal (event, fiscal_year, booked_on, fund, budget_line, organization, facility, amount, memo) values
        ('RECEIPT', 2025, '2026-05-29', '01', '1301020301', '12030000', '120301', 5000, '施設使用料 収入（記帳遅れ）');
    perform ledger.post_journal();
    drop table journal;
end $$;
