select slate.tender('2026-2-000500');
select slate.tender('2026-2-000501', approved => false);
select slate.tender('2026-2-000502');
select slate.tender('2026-2-000503');
insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
values ('00000000-0000-4000-8000-000000000001', '07_selected_vendors', '', '{}', 'operator', true, '2026-08-27', 'maker', '2026-08-27 09:00+09');
insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
select f.id, f.topic, n.id, 'tender_notice', n.id, null, true from export.file f, ledger.tender_notice n where n.tender_no in ('2026-2-000502', '2026-2-000503');
select ledger.tell_tenders(array(select id from ledger.tender_notice where tender_no = '2026-2-000503'), 1, 'maker', '2026-08-27');
