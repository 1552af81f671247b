insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on)
select '2026F0000990', 2026, '01', '0201030212', '05020000', '0000000101', '臨時清掃委託', ledger.budget_remaining(2026, '01', '0201030212') - 100000, '2026-09-20';
