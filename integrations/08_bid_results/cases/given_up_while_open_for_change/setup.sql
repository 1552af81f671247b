select slate.tender('2026-2-000500');
select slate.tender('2026-2-000501', '{"title": "窓ガラス清掃"}');
insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
values ('00000000-0000-4000-8000-000000000001', '07_selected_vendors', '', '{}', 'operator', true, '2026-08-28', 'tanto', '2026-08-28 09:00+09');
select ledger.tell_tenders(array(select id from ledger.tender_notice), (select max(id) from export.file), 'tanto', '2026-08-28');
select ledger.reopen_tender(no, '日程変更', 'kian') from ledger.tender where no in ('2026-2-000500', '2026-2-000501') order by no;
