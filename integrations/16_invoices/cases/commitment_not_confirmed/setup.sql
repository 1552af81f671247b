-- The tender is awarded, its contract not concluded. Another commitment was given up.
update ledger.commitment set creditor = '0000000101' where no = '2026F0000104';
insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, state) values
    ('2026F0000109', 2026, '01', '0201030212', '05020000', '0000000101', '植栽管理委託', 800000, '2026-06-01', 'cancelled');
