select ledger.open_tender('{"no": "2027-2-000001", "fiscal_year": 2027, "fund": "01", "budget_line": "0201030212", "organization": "05020000",
    "family": "2", "method": "3", "title": "庁舎清掃業務委託（別館）", "category": "0101", "grade_range": "AB", "place": "世田谷区役所第二庁舎",
    "work_from": "2027-04-01", "work_to": "2028-03-31", "published_on": "2027-03-01",
    "closes_at": "2027-03-15T17:00:00+09:00", "opens_at": "2027-03-18T10:00:00+09:00", "has_floor": true,
    "contact": "経理課契約係", "reserved": 6050000}', 'kian', '2026-08-20');
select ledger.nominate('2027-2-000001', array['0012345678', '0012345679', '0012345680'], '区内業者', 'kian');
select ledger.approve_tender('2027-2-000001', 'kacho', '2026-08-24');
select ledger.open_tender('{"no": "2026-2-000501", "fiscal_year": 2026, "fund": "01", "budget_line": "0201030212", "organization": "05020000",
    "family": "2", "method": "3", "title": "庁舎清掃業務委託（別館）", "category": "0101", "grade_range": "AB", "place": "世田谷区役所第二庁舎",
    "work_from": "2027-04-01", "work_to": "2028-03-31", "published_on": "2027-03-01",
    "closes_at": "2027-03-15T17:00:00+09:00", "opens_at": "2027-03-18T10:00:00+09:00", "has_floor": true,
    "contact": "経理課契約係", "reserved": 6050000}', 'kian', '2026-08-20');
select ledger.nominate('2026-2-000501', array['0012345678', '0012345679', '0012345680'], '区内業者', 'kian');
-- Approved while nothing barred it yet.
update ledger.tender set state = 'approved', approved_by = 'kacho', approved_at = now() where no = '2026-2-000501';
insert into ledger.tender_notice (tender_no, version, approved_by) values ('2026-2-000501', 1, 'kacho');
