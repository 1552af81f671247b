insert into ledger.vendor_suspension (vendor, starts_on, updated_at, action, ends_on, reason, local_body, ended_on, content_hash) values
    ('0012345679', '2026-09-03', '2026-08-25 09:00+09', '1', '2026-12-02', '契約違反', null, null, '');
select ledger.reopen_tender('2026-2-000500', '指名停止', 'kian');
select ledger.strike_nominees('2026-2-000500', array['0012345679'], '指名停止', 'kian');
select ledger.nominate('2026-2-000500', array['0012345691'], '補充', 'kian');
select ledger.approve_tender('2026-2-000500', 'kacho', '2026-08-28');
