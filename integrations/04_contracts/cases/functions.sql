-- A tender that was awarded for 5,478,000 yen (08), and a draft commitment without one.
create or replace function pg_temp.awarded() returns void language sql as $$
    insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, state) values
        ('2026F0000201', 2026, '01', '0201030212', '05020000', null, '庁舎植栽管理委託', 1320000, '2026-09-01', 'draft');
    insert into ledger.commitment (no, tender_no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, state) values
        ('2026F0000202', '2026-2-000459', 2026, '01', '0201030212', '05020000', '0000000101', '庁舎清掃業務委託', 5478000, '2026-09-18', 'draft');
    insert into ledger.tender (no, fiscal_year, fund, budget_line, organization, family, method, title, category, place, work_from, work_to, published_on,
                               closes_at, opens_at, contact, commitment, reserved, state) values
        ('2026-2-000459', 2026, '01', '0201030212', '05020000', '2', '3', '庁舎清掃業務委託', '0101', '区役所', '2026-10-01', '2027-03-31', '2026-09-01',
         '2026-09-15 17:00+09', '2026-09-18 10:00+09', '契約係', '2026F0000202', 6050000, 'awarded');
    insert into ledger.bid_result (tender_no, source, opened_at, outcome, rounds, planned_excl, floor_excl, winner, creditor, winner_name, award_excl,
                                   award_incl, lottery, decided_on, content_hash, tender_before, batch_id, line) values
        ('2026-2-000459', 'ward', '2026-09-18 10:05+09', '1', 1, 5500000, 4400000, '0012345678', '0000000101', '株式会社砧クリーン', 4980000, 5478000, false,
         '2026-09-18', 'x', 'selected', 1, 1);
$$;
