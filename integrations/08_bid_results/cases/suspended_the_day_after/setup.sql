insert into ledger.vendor_suspension (vendor, starts_on, updated_at, action, ends_on, reason, local_body, content_hash)
values ('0012345678', '2026-09-19', '2026-09-18 23:10+09', '1', '2026-12-17', '契約違反', '131121', '');
