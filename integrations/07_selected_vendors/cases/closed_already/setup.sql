select slate.tender('2026-2-000500', '{"published_on": "2026-08-25", "closes_at": "2026-08-28T09:00:00+09:00"}');
select slate.tender('2026-2-000501', '{"published_on": "2026-08-25", "closes_at": "2026-08-28T09:00:01+09:00"}');
