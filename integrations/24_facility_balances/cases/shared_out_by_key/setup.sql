select pg_temp.the_year();
select pg_temp.closing_and_new_year();
-- 配賦基準 3 to 1, corrected from 1 to 1; asked twice, the second time there is nothing left to share.
select ledger.set_allocation_key('01', '120301', 2025, 1, 'kaikei', '仮');
select ledger.set_allocation_key('01', '120301', 2025, 3, 'kaikei', '延床面積');
select ledger.set_allocation_key('01', '120302', 2025, 1, 'kaikei', '延床面積');
select ledger.allocate_common_cost(2025, '01', '2026-03-31', 'kaikei', '年度末の配賦', '2026-04-20');
select ledger.allocate_common_cost(2025, '01', '2026-03-31', 'kaikei', '年度末の配賦', '2026-04-20');
