insert into ledger.receipt (assessment_id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated, batch_id, line)
values (1, '1', '2026-10-06', '2026-10-06', 6000, 6000, 0, 0, 0, 1);
insert into ledger.clearing (assessment_id, no, kind, paid_on, booked_on, channel, amount, assessed, received_total, written_off, overpaid)
values (1, 1, '1', '2026-10-06', '2026-10-06', '1', 6000, 6000, 6000, 0, 0);
