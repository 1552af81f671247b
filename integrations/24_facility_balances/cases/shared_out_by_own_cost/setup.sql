select pg_temp.the_year();
select pg_temp.closing_and_new_year();
-- No 配賦基準: by what each facility spent itself.
select pg_temp.book('EXPENSE', 2025, '2026-02-10', '01', '0201030212', '12030000', '120301', 2500000, '会館の清掃');
select ledger.allocate_common_cost(2025, '01', '2026-03-31', 'kaikei', '年度末の配賦', '2026-04-20');
