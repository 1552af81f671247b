insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, state) values
    ('2026F0000201', 2026, '01', '0201030212', '05020000', null, '庁舎植栽管理委託', 1320000, '2026-09-01', 'draft');
insert into ledger.vendor_suspension (vendor, starts_on, updated_at, action, ends_on, reason, content_hash)
values ('0012345678', '2026-09-25', '2026-09-25 09:00+09', '1', '2026-12-24', '契約違反', 'x');
