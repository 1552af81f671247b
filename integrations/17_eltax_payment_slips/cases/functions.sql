-- The bills of the published eL-QR vectors, and a slip that eLTAX has and that is to be cancelled.
create or replace function pg_temp.bills() returns void language plpgsql as $$
begin
    perform slate.bill(12345, 46, 12345, '2026-CV-000001'), slate.bill(12346, 47, 300000, '2026-CV-000002'), slate.bill(12300, 1, 5000, '2026-CV-000003');
    perform slate.slip(1, 12345, '480213', 'queued'), slate.slip(2, 12346, '917706', 'queued'),
            slate.slip(3, 12300, '356124', 'void', void_reason => '調定変更');
    insert into ledger.slip_notice (id, slip_id, action, state)
    values (1, 1, '1', 'queued'), (2, 2, '1', 'queued'), (3, 3, '1', 'uploaded'), (4, 3, '3', 'queued');
    perform slate.assessed();
end $$;

-- Of these bills, the one of 300,000 yen whose slip eLTAX has.
create or replace function pg_temp.bill_sent() returns void language plpgsql as $$
begin
    perform pg_temp.bills();
    delete from ledger.slip_notice where slip_id in (1, 3);
    delete from ledger.payment_slip where id in (1, 3);
    update ledger.payment_slip set state = 'uploaded' where id = 2;
    update ledger.slip_notice set state = 'uploaded' where id = 2;
    perform setval('ledger.payment_slip_id_seq', 100), setval('ledger.slip_notice_id_seq', 100);
end $$;

-- One slip was paid before it was sent, one is past its 支払期限, one asks for more than is owed; one can go.
create or replace function pg_temp.one_of_four_can_go() returns void language plpgsql as $$
begin
    perform slate.bill(12345, 46, 12345, '2026-CV-000001'), slate.bill(12346, 47, 300000, '2026-CV-000002'), slate.bill(12300, 1, 5000, '2026-CV-000003'),
            slate.bill(12301, 2, 7000, '2026-CV-000004');
    perform slate.slip(1, 12345, '480213', 'final'), slate.slip(2, 12346, '917706', 'queued', due_on => '2026-07-31', pay_limit_on => '2026-08-31'),
            slate.slip(3, 12300, '356124', 'queued', yen => 5500), slate.slip(4, 12301, '654321', 'queued');
    insert into ledger.slip_notice (id, slip_id, action, state) select s.id, s.id, '1', 'queued' from ledger.payment_slip s order by s.id;
    perform slate.assessed();
end $$;
