select slate.received(901, '2026-10-16', '[[2, 4567, "1", "2026-10-15", 6000], [3, 4568, "7", "2026-10-14", 2000], [4, 4570, "3", "2026-10-15", 5200]]');
-- By hand: an event whose total is 100 yen off.
insert into ledger.clearing (assessment_id, no, kind, paid_on, booked_on, channel, amount, assessed, received_total, written_off, overpaid, batch_id, line)
values (4569, 1, '1', '2026-10-15', '2026-10-16', '1', 1000, 3000, 900, 0, 0, 905, 1);
