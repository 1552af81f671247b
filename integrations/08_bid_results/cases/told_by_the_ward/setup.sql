select ledger.open_tender('{"no": "2026-2-000500", "fiscal_year": 2026, "fund": "01", "budget_line": "0201030212", "organization": "05020000",
    "family": "2", "method": "3", "title": "庁舎清掃業務委託（別館）", "category": "0101", "grade_range": "AB", "place": "世田谷区役所第二庁舎",
    "work_from": "2026-10-01", "work_to": "2027-03-31", "published_on": "2026-09-01",
    "closes_at": "2026-09-15T17:00:00+09:00", "opens_at": "2026-09-18T10:00:00+09:00", "has_floor": true,
    "contact": "経理課契約係", "reserved": 6050000}', 'kian', '2026-08-20');
select ledger.nominate('2026-2-000500', array['0012345678', '0012345679', '0012345680'], '区内業者', 'kian');
select ledger.approve_tender('2026-2-000500', 'kacho', '2026-08-24');
insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
values ('00000000-0000-4000-8000-000000000001', '07_selected_vendors', '', '{}', 'operator', true, '2026-08-28', 'tanto', '2026-08-28 09:00+09');
select ledger.tell_tenders(array(select id from ledger.tender_notice), (select max(id) from export.file), 'tanto', '2026-08-28');
