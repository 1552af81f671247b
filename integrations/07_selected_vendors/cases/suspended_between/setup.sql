select slate.tender('2026-2-000500');
select slate.tender('2026-2-000501', '{"method": "4", "title": "窓ガラス清掃"}', nominees => array['0012345679', '0012345680']);
insert into ledger.vendor_suspension (vendor, starts_on, updated_at, action, ends_on, reason, local_body, ended_on, content_hash) values
    ('0012345678', '2026-09-10', '2026-08-25 09:00+09', '1', '2026-09-11', '契約違反', null, null, '');
