insert into ledger.commitment (no, tender_no, fiscal_year, fund, budget_line, organization, title, amount, committed_on, state) values
    ('2026F0000957', '2026-2-000457', 2027, '01', '0201030212', '05020000', '庁舎清掃業務委託（別館）', 990000, '2027-02-20', 'draft');
insert into ledger.tender (no, national_no, fiscal_year, fund, budget_line, organization, family, method, evaluation, title, category, grade_range, place,
                           work_from, work_to, published_on, closes_at, opens_at, has_floor, contact, commitment, reserved, state) values
    ('2026-2-000457', null, 2027, '01', '0201030212', '05020000', '2', '3', 'price', '庁舎清掃業務委託（別館）', '0101', 'AB', '世田谷区役所',
     '2027-10-01', '2028-03-31', '2027-02-20', '2027-03-05 17:00+09', '2027-03-10 10:00+09', false, '経理課契約係', '2026F0000957', 990000, 'selected');
insert into ledger.tender_nominee (tender_no, seq, vendor) values ('2026-2-000457', 1, '0012345678'), ('2026-2-000457', 2, '0012345679');
