select pg_temp.orders();
-- The file of the morning, released already, carries the first order.
insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
values ('00000000-0000-4000-8000-000000000001', '09_bank_transfers', 'mizuho_advanced', '{"pay_date": "2026-10-15"}', 'operator', true, '2026-10-06', 'maker', '2026-10-06 09:00+09');
insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
select f.id, f.topic, 1, 'payment_order', p.id, p.amount, true from export.file f, ledger.payment_order p where p.no = '2026P00000001';
update export.file set state = 'generated', seq_of_day = 1, sha256 = '0000000000000000000000000000000000000000000000000000000000000000', records = 4, count = 1, total = 137832, bytes = 488, archive = 'blobs/00/0000000000000000000000000000000000000000000000000000000000000000',
       file_name = 'AB_SOGO_20261006_001.txt', integration_digest = '0000000000000000000000000000000000000000000000000000000000000000', generated_at = '2026-10-06 09:00+09';
