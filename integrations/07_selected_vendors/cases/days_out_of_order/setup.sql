select slate.tender_barred_since('2026-2-000500', '{"closes_at": "2026-09-01T17:00:00+09:00"}');
select slate.tender_barred_since('2026-2-000501', '{"work_from": "2026-09-17"}');
select slate.tender_barred_since('2026-2-000502', '{"opens_at": "2026-09-22T10:00:00+09:00"}');
select slate.tender_barred_since('2026-2-000503', '{"work_from": "2027-04-01", "work_to": "2027-09-30", "published_on": "2027-03-10", "closes_at": "2027-03-25T17:00:00+09:00", "opens_at": "2027-04-01T10:00:00+09:00"}');
