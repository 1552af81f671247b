select pg_temp.bills();
-- The receivable was settled in cash meanwhile.
insert into ledger.clearing (assessment_id, no, kind, paid_on, booked_on, channel, amount, assessed, received_total, written_off, overpaid)
values (12345, 1, '1', '2026-09-07', '2026-09-07', '1', 12345, 12345, 12345, 0, 0);
