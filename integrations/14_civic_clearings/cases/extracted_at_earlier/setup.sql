select slate.received(901, '2026-10-16', '[[2, 4567, "1", "2026-10-15", 6000], [3, 4568, "7", "2026-10-14", 2000], [4, 4570, "3", "2026-10-15", 5200]]');
insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
values ('00000000-0000-4000-8000-000000000001', '14_civic_clearings', '', '{}', 'operator', true, '2026-10-16', 'tsukuru', '2026-10-16 18:00+09');
insert into ledger.clearing_extract (file_id, target, number, extracted_at) values (1, 'SKS', 1, '2026-10-16T18:00:00+09:00');
