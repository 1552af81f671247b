-- A second tender whose bidders were told: what bids the same as the first, and who. `differs`: columns that are otherwise.
create or replace function pg_temp.second_tender(differs jsonb default '{}', nominees text[] default '{0012345678,0012345679}') returns void language plpgsql as $$
declare
    t ledger.tender := jsonb_populate_record(null::ledger.tender, '{"no": "2026-2-000457", "fiscal_year": 2026, "fund": "01", "budget_line": "0201030212",
        "organization": "05020000", "family": "2", "method": "3", "evaluation": "price", "title": "庁舎清掃業務委託（別館）", "category": "0101", "grade_range": "AB",
        "place": "世田谷区役所", "work_from": "2026-10-01", "work_to": "2027-03-31", "published_on": "2026-09-01", "closes_at": "2026-09-15T17:00:00+09:00",
        "opens_at": "2026-09-18T10:00:00+09:00", "contact": "経理課契約係", "commitment": "2026F0000957", "reserved": 990000}' || differs);
begin
    insert into ledger.commitment (no, tender_no, fiscal_year, fund, budget_line, organization, title, amount, committed_on, state)
    values (t.commitment, t.no, t.fiscal_year, t.fund, t.budget_line, t.organization, t.title, t.reserved, t.published_on, 'draft');
    insert into ledger.tender (no, fiscal_year, fund, budget_line, organization, family, method, evaluation, title, category, grade_range, place,
                               work_from, work_to, published_on, closes_at, opens_at, has_floor, contact, commitment, reserved, state)
    values (t.no, t.fiscal_year, t.fund, t.budget_line, t.organization, t.family, t.method, t.evaluation, t.title, t.category, t.grade_range, t.place,
            t.work_from, t.work_to, t.published_on, t.closes_at, t.opens_at, false, t.contact, t.commitment, t.reserved, 'selected');
    insert into ledger.tender_nominee (tender_no, seq, vendor) select t.no, n.seq, n.vendor from unnest(nominees) with ordinality n (vendor, seq) order by n.seq;
end $$;
