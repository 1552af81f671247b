select slate.tender('2026-2-000500', '{"closes_at": "2026-09-02T00:00:00+09:00"}');
select slate.tender('2026-2-000501', '{"title": "年度末", "work_from": "2027-03-31", "published_on": "2027-03-10", "closes_at": "2027-03-25T17:00:00+09:00", "opens_at": "2027-03-31T10:00:00+09:00"}');
update ledger.vendor_registration set qualified_to = '2028-08-31';
update ledger.vendor_qualification set valid_to = '2028-08-31';
update ledger.calendar_horizon set through = '2028-12-31';
select slate.tender('2027-2-000001', '{"fiscal_year": 2027, "title": "うるう日", "work_from": "2028-02-29", "work_to": "2028-03-31", "published_on": "2028-02-14", "closes_at": "2028-02-28T17:00:00+09:00", "opens_at": "2028-02-29T10:00:00+09:00"}');
