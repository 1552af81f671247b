select pg_temp.vendor('001234569' || n, '株式会社境界' || n) from generate_series(1, 6) n;
select slate.tender('2026-2-000500', nominees => array['0012345691', '0012345692', '0012345693', '0012345694'], why => '');
select slate.tender('2026-2-000501', '{"method": "4", "title": "開札日からの停止"}', nominees => array['0012345691', '0012345695'], why => '');
select slate.tender('2026-2-000502', '{"method": "4", "title": "公表日までの停止"}', nominees => array['0012345691', '0012345696'], why => '');
insert into ledger.vendor_suspension (vendor, starts_on, updated_at, action, ends_on, reason, local_body, ended_on, content_hash) values
    ('0012345691', '2026-08-01', '2026-08-25 09:00+09', '1', '2026-08-31', '契約違反', null, null, ''),
    ('0012345692', '2026-09-19', '2026-08-25 09:00+09', '1', null, '契約違反', null, null, ''),
    ('0012345693', '2026-08-01', '2026-08-25 09:00+09', '4', null, '契約違反', null, '2026-09-01', ''),
    ('0012345694', '2026-08-01', '2026-08-25 09:00+09', '1', null, '契約違反', '131130', null, ''),
    ('0012345695', '2026-09-18', '2026-08-25 09:00+09', '1', null, '契約違反', null, null, ''),
    ('0012345696', '2026-08-01', '2026-08-25 09:00+09', '1', '2026-09-01', '契約違反', null, null, '');
