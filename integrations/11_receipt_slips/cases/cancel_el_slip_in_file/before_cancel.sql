-- File 17 carries the 取消 of the slip and is not released. The claim alone: the file itself says nothing to this topic.
set local session_replication_role = replica;
insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
select 77, '17_eltax_payment_slips', 1, 'slip_notice', n.id, 6000, true from ledger.slip_notice n where n.state = 'queued';
set local session_replication_role = origin;
