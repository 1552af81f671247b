-- The ledger before the run: two unallocated receipts.
select ledger.begin_journal();
insert into journal (event, fiscal_year, booked_on, fund, amount, memo)
values ('UNALLOCATED', 2026, '2026-10-05', '01', 12000, '敷金'),
       ('UNALLOCATED', 2026, '2026-10-06', '01', 3500, '保証金');
select ledger.post_journal();
