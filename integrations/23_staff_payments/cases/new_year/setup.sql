select pg_temp.pay('2026P00000021', 2026, '0000007002', '2', '2026-12-30', '[["01", 30000, 0, 0, 918]]');
select pg_temp.pay('2026P00000022', 2026, '0000007002', '2', '2026-12-31', '[["01", 40000, 0, 0, 1225]]');
select pg_temp.pay('2026P00000023', 2026, '0000007002', '2', '2027-01-01', '[["01", 50000, 0, 0, 1531]]');
-- December is told already, in its own file.
insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
values ('00000000-0000-0000-0000-000000000023', '23_staff_payments', '', '{}', 'automatic', true, '2027-01-05', 'schedule', '2027-01-05T00:00:00Z');
insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
select (select max(f.id) from export.file f), '23_staff_payments', row_number() over (order by h.id), 'staff_payment_event', h.id, h.net, true
  from ledger.staff_payment_history h where h.happened_on <= '2026-12-31';
