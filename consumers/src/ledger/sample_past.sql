-- What the invented ward of the tour had done before renkei's first day: the year 2025, closed on 31 May 2026, and pay to a committee
-- member in September 2026. Booked once, in an installation that has nothing of that year.
do $$
declare
    made text;
begin
    if exists (select from ledger.entry where fiscal_year = 2025) then
        return;
    end if;
    perform ledger.begin_journal();
    create temp table run on commit drop as select null::bigint as file_id, 'demo:ikou' as ordered_by;
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo)
    select e.event, 2025, least(m.day, e.latest), m.fund, m.line, '09010000', m.yen, b.name
      from (values
        ('01', '0101010191', date '2025-06-30', 15234567890), ('01', '0201010191', '2025-11-28', 298765432), ('01', '0601010191', '2026-03-27', 8876543210),
        ('01', '1001010191', '2025-09-30', 6111222333), ('01', '1302010191', '2026-03-31', 187654300), ('01', '1401010191', '2026-05-20', 9150000000),
        ('01', '1501010191', '2026-04-30', 4400123456), ('01', '2105010101', '2025-08-29', 58210400), ('01', '2201010191', '2026-05-25', 1500000000),
        ('05', '0101010191', '2025-07-31', 987654321), ('05', '0201010191', '2025-07-31', 450123456),
        ('01', '0101010101', '2025-07-10', 298765432), ('01', '0201030212', '2026-04-10', 476543210), ('01', '0302010119', '2025-10-15', 15123456789),
        ('01', '0303010119', '2025-09-15', 12200000999), ('01', '0403010112', '2025-12-10', 4444333222), ('01', '0802020114', '2026-05-22', 3012345678),
        ('01', '1002010110', '2026-01-20', 1487654321), ('01', '1006028027', '2025-07-31', 450123456), ('01', '1201010122', '2025-09-25', 3456789012),
        ('05', '0101010110', '2025-11-28', 1432109876)) m (fund, line, day, yen)
      join ledger.budget_line b on (b.fiscal_year, b.fund, b.code) = (2025, m.fund, m.line)
     cross join lateral (values (case b.side when 'revenue' then 'ASSESSMENT' else 'EXPENSE' end, date '2026-03-31'),
                                (case b.side when 'revenue' then 'RECEIPT' else 'PAYMENT' end, date '2026-05-31')) e (event, latest)
     order by b.side desc, m.fund, m.line, e.event;
    perform ledger.post_journal();
    perform ledger.set_settlement_share(2025, '01', v.line, '', v.source, v.yen, 'demo:zaisei', v.why)
       from (values ('0303010119', 'national', 9150000000, '生活保護費負担金'), ('0302010119', 'prefectural', 4400123456, '児童福祉費補助金'),
                    ('0802020114', 'bond', 1500000000, '土木債')) v (line, source, yen, why);
    perform ledger.set_settlement_figure(2025, 'carried_over', 0, 'demo:zaisei', '繰り越す財源なし');

    insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired)
    values ('02900001', '経堂　三郎', 'キョウドウ　サブロウ', '04', 'in_service', '2024-04-01', '2024-04-01');
    insert into ledger.staff_posting (staff_no, organization, post_kind, rank, valid_from) values ('02900001', '12030000', 'main', '90', '2024-04-01');
    insert into ledger.creditor (no, name, kana) values ('0000009101', '経堂　三郎', 'ｷﾖｳﾄﾞｳ ｻﾌﾞﾛｳ');
    perform ledger.link_staff_creditor('0000009101', '02900001', 'demo:ikou');
    made := ledger.order_staff_pay(row ('02900001', '2', '2026-09-25', null, '01', '0201010101', null, '審議会委員報酬 9月分')::ledger.staff_pay,
                                   array[row ('01', 30000, 0, 0, null)::ledger.staff_pay_part], 'demo:shomu', '2026-09-10');
    update ledger.payment_order set state = 'approved', approved_by = 'demo:kacho', approved_at = '2026-09-11 10:00+09' where no = made;
    update ledger.payment_order set state = 'in_file' where no = made;
    update ledger.payment_order set state = 'released', paid_on = pay_date where no = made;
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select e.event, p.fiscal_year, p.pay_date, p.fund, p.budget_line, p.organization, p.amount, p.memo, 'payment_order', p.id
      from ledger.payment_order p cross join (values ('EXPENSE'), ('PAYMENT')) e (event) where p.no = made
    union all
    select w.event, w.fiscal_year, w.booked_on, w.fund, null, null, w.amount, w.memo, w.object, w.object_id
      from ledger.payment_order p cross join lateral ledger.staff_deductions(array[p.id], p.pay_date) w where p.no = made;
    perform ledger.post_journal();
    update ledger.payment_order set state = 'paid', settled_on = pay_date where no = made;
    drop table pg_temp.journal;
    drop table pg_temp.run;
end $$
