insert into ledger.vendor (no) values ('0012345691');
insert into ledger.vendor_registration (vendor, updated_at, action, legal_form, corporate_number, name, kana, representative, postal_code, prefecture, address, phone,
                                        has_agent, agent_name, locality, small_business, closing_on, qualified_from, qualified_to, content_hash) values
    ('0012345691', '2026-03-20 23:10+09', '1', '1', '6010901900001', '株式会社砧クリーン（営業所）', 'テスト', '代表　一郎', '1540017', '13', '東京都世田谷区世田谷4-21-27', '03-0000-0002',
     false, null, '1', true, '2025-12-31', '2026-04-01', '2027-08-31', '');
insert into ledger.vendor_qualification (vendor, family, category, updated_at, action, preference, grade, valid_from, valid_to, content_hash) values
    ('0012345691', '2', '0101', '2026-03-20 23:10+09', '1', 1, 'A', '2026-04-01', '2027-08-31', '');
select ledger.open_tender('{"no": "2026-2-000500", "fiscal_year": 2026, "fund": "01", "budget_line": "0201030212", "organization": "05020000",
    "family": "2", "method": "3", "title": "庁舎清掃業務委託（別館）", "category": "0101", "grade_range": "AB", "place": "世田谷区役所第二庁舎",
    "work_from": "2026-10-01", "work_to": "2027-03-31", "published_on": "2026-09-01",
    "closes_at": "2026-09-15T17:00:00+09:00", "opens_at": "2026-09-18T10:00:00+09:00", "has_floor": true,
    "contact": "経理課契約係", "reserved": 6050000}', 'kian', '2026-08-20');
select ledger.nominate('2026-2-000500', array['0012345678', '0012345679', '0012345691'], '区内業者', 'kian');
-- Approved while nothing barred it yet.
update ledger.tender set state = 'approved', approved_by = 'kacho', approved_at = now() where no = '2026-2-000500';
insert into ledger.tender_notice (tender_no, version, approved_by) values ('2026-2-000500', 1, 'kacho');
