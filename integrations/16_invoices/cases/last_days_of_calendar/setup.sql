insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on) values
    ('2027F0000101', 2027, '01', '0201030212', '05020000', '0000000101', '庁舎清掃委託', 500000, '2027-04-01');
