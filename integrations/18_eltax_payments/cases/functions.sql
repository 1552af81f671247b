-- Two receivables whose slips eLTAX has: 12,345 and 300,000 yen.
create or replace function pg_temp.bills() returns void language plpgsql as $$
begin
    perform slate.bill(12345, 46, 12345, '2026-CV-000001'), slate.bill(12346, 47, 300000, '2026-CV-000002');
    perform slate.slip(1, 12345, '480213', 'uploaded'), slate.slip(2, 12346, '917706', 'uploaded');
    insert into ledger.slip_notice (id, slip_id, action, state) values (1, 1, '1', 'uploaded'), (2, 2, '1', 'uploaded');
    perform slate.assessed();
end $$;

-- A slip that was cancelled and replaced; eLTAX was told of both.
create or replace function pg_temp.slip_replaced() returns void language plpgsql as $$
begin
    perform slate.bill(12345, 46, 12345, '2026-CV-000001');
    perform slate.slip(1, 12345, '480213', 'void', yen => 13000, void_reason => '調定変更'), slate.slip(2, 12345, '222222', 'uploaded', issue => 2);
    insert into ledger.slip_notice (id, slip_id, action, state) values (1, 1, '1', 'uploaded'), (2, 1, '3', 'uploaded'), (3, 2, '1', 'uploaded');
    perform slate.assessed();
    perform setval('ledger.payment_slip_id_seq', 100), setval('ledger.slip_notice_id_seq', 100);
end $$;

-- A receivable of the year before, whose slip eLTAX has.
create or replace function pg_temp.bill_of_2025() returns void language plpgsql as $$
begin
    perform slate.bill(12345, 46, 12345, '2025-CV-000001', '2026-03-20', '2026-04-30', 2025);
    perform slate.slip(1, 12345, '480213', 'uploaded', pay_limit_on => '2026-06-30');
    insert into ledger.slip_notice (id, slip_id, action, state) values (1, 1, '1', 'uploaded');
    perform slate.assessed();
end $$;
