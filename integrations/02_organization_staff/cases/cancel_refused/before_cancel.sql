insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on)
values ('2027F0000001', 2027, '01', '0201030212', '12040000', '0000000101', '協働事業委託', 1000000, '2027-04-01');
