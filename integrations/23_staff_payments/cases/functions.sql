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

-- The money came back: the step of the order, and the deductions are released.
create or replace function pg_temp.give_back(order_no text, day date) returns void
language plpgsql as $$
declare
    made bigint := (select p.id from ledger.payment_order p where p.no = order_no);
begin
    update ledger.payment_order p set state = 'returned', settled_on = day where p.id = made;
    perform ledger.begin_journal();
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
    select w.event, w.fiscal_year, w.booked_on, w.fund, -w.amount, '戻入 ' || w.memo, w.object, w.object_id from ledger.staff_deductions(array[made], day) w;
    perform ledger.post_journal();
    drop table pg_temp.journal;
end $$;
