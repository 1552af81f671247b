-- Two receivables whose slips eLTAX has: 12,345 and 300,000 yen.
select slate.bill(12345, 46, 12345, '2026-CV-000001'), slate.bill(12346, 47, 300000, '2026-CV-000002');
select slate.slip(1, 12345, '480213', 'uploaded'), slate.slip(2, 12346, '917706', 'uploaded');
insert into ledger.slip_notice (id, slip_id, action, state) values (1, 1, '1', 'uploaded'), (2, 2, '1', 'uploaded');
select slate.assessed();
