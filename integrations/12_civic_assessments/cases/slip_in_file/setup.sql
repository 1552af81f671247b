-- A receivable of 4,500 yen whose slip is in a file 17 that is not released yet.
select pg_temp.bill_and_slip('queued', 'queued');
-- The claim alone: the file itself says nothing to this topic.
set local session_replication_role = replica;
insert into export.claim (file_id, topic, seq, object, object_id, yen, live) values (77, '17_eltax_payment_slips', 1, 'slip_notice', 1, 4500, true);
set local session_replication_role = origin;
