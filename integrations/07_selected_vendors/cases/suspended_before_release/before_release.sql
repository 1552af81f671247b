insert into ledger.vendor_suspension (vendor, starts_on, updated_at, action, ends_on, reason, local_body, ended_on, content_hash) values
    ('0012345679', '2026-08-29', '2026-08-25 09:00+09', '1', '2026-11-28', '契約違反', null, null, '');
