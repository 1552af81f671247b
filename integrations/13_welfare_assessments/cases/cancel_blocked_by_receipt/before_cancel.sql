insert into ledger.receipt (assessment_id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated)
values (1, '1', '2026-10-06', '2026-10-06', 4400, 4400, 0, 0);
