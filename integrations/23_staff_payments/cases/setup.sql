-- Three people: full time (甲), a committee member paid elsewhere (乙), a day labourer (丙).
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values
    ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01'),
    ('02000001', '砧　次郎', 'キヌタ　ジロウ', '06', 'in_service', '2024-04-01', '2024-04-01'),
    ('02000002', '経堂　三郎', 'キョウドウ　サブロウ', '04', 'in_service', '2024-04-01', '2024-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, valid_from) values
    ('01234567', '12030000', 'main', '40', '2024-04-01'), ('02000002', '12030000', 'main', '90', '2024-04-01');
insert into ledger.creditor (no, name, kana) values
    ('0000007001', '髙橋　花子', 'ﾀｶﾊｼ ﾊﾅｺ'), ('0000007002', '砧　次郎', 'ｷﾇﾀ ｼﾞﾛｳ'), ('0000007003', '経堂　三郎', 'ｷﾖｳﾄﾞｳ ｻﾌﾞﾛｳ');
insert into ledger.staff_creditor (creditor, staff_no, linked_by) values
    ('0000007001', '01234567', 'kaikei'), ('0000007002', '02000001', 'kaikei'), ('0000007003', '02000002', 'kaikei');

-- What was paid: the order, its parts, the deductions in the journal (as the release of 09 books them), and the step to paid.
create or replace function pg_temp.pay(no text, year int, creditor text, tax_column text, paid date, parts jsonb, settled boolean default true) returns void
language plpgsql as $$
declare
    made bigint;
begin
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, deducted, pay_date, memo, made_by, state, approved_by)
    select pay.no, year, '01', '0201010101', '12030000', pay.creditor, sum((x ->> 1)::bigint + (x ->> 2)::bigint), sum((x ->> 3)::bigint + (x ->> 4)::bigint),
           paid, '講師報酬', 'maker', 'released', 'approver' from jsonb_array_elements(parts) x
    returning id into made;
    insert into ledger.staff_payment (order_id, part, staff_no, tax_column, kind, taxable, nontaxable, social, withheld)
    select made, n, (select c.staff_no from ledger.staff_creditor c where c.creditor = pay.creditor), tax_column, x ->> 0,
           (x ->> 1)::bigint, (x ->> 2)::bigint, (x ->> 3)::bigint, (x ->> 4)::bigint
      from jsonb_array_elements(parts) with ordinality y (x, n);
    perform pg_temp.hold(made, paid, 1);
    if settled then
        update ledger.payment_order p set state = 'paid' where p.id = made;
    end if;
end $$;
create or replace function pg_temp.hold(made bigint, day date, sign int) returns void
language plpgsql as $$
begin
    perform ledger.begin_journal();
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
    select w.event, w.fiscal_year, w.booked_on, w.fund, sign * w.amount, w.memo, w.object, w.object_id from ledger.staff_deductions(array[made], day) w;
    perform ledger.post_journal();
    drop table pg_temp.journal;
end $$;
