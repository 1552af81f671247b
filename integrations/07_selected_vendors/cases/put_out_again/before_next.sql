update ledger.tender set state = 'failed' where no = '2026-2-000500';
select ledger.reopen_tender('2026-2-000500', '再度入札', 'kian');
select ledger.change_tender('2026-2-000500', '{"published_on": "2026-09-24", "closes_at": "2026-10-05T17:00:00+09:00", "opens_at": "2026-10-07T10:00:00+09:00", "work_from": "2026-10-20"}', 'kian');
select ledger.approve_tender('2026-2-000500', 'kacho', '2026-08-28');
