-- A slip that waits for the next file 17.
select slate.bill(12345, 46, 12345, '2026-CV-000001');
select slate.slip(1, 12345, '480213', 'queued');
insert into ledger.slip_notice (id, slip_id, action, state) values (1, 1, '1', 'queued');
select slate.assessed();
