select pg_temp.slip_replaced();
update ledger.payment_slip set state = 'queued' where id = 2;
update ledger.slip_notice set state = 'queued' where id = 3;
insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
values ('00000000-0000-0000-0000-000000000017', '17_eltax_payment_slips', 'layout', '{}', 'two_person', true, '2026-09-14', 'tsukuru', '2026-09-14T09:00:00+09:00');
insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
select id, topic, 1, 'slip_notice', 3, 12345, true from export.file;
