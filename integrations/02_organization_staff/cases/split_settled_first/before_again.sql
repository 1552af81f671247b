-- The receivable was paid.
insert into ledger.receipt (id, assessment_id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated, batch_id, line)
values (1, 4567, '1', '2027-03-22', '2027-03-23', 6000, 6000, 0, 0, 0, 2);
insert into ledger.clearing (assessment_id, no, kind, paid_on, booked_on, channel, amount, assessed, received_total, written_off, overpaid, receipt_id)
values (4567, 1, '1', '2027-03-22', '2027-03-23', '1', 6000, 6000, 6000, 0, 0, 1);
