-- Pay to staff by payment order: 報酬, 謝礼 and the like, which the payroll (20) does not know of.
--
-- The order is gross, because gross is what the budget spends. Beside it stands what it consists of: taxable, not taxable, social
-- insurance, income tax kept back. The bank transfers the rest; what was kept back is 歳入歳出外現金 from the pay date on. What was
-- really paid, and what came back, is told to the payroll system once a month (23).

insert into ledger.posting_rule (event, name, debit_account, credit_account) values
    ('WITHHOLDING_TAX', '源泉所得税 預り', '1101', '2201'),
    ('WITHHOLDING_SOCIAL', '社会保険料 預り', '1101', '2201');

-- ── Masters ─────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.staff_creditor (
    creditor  text constraint staff_creditor_pk primary key references ledger.creditor,
    staff_no  text not null constraint staff_creditor_is_one_person unique references ledger.staff,
    linked_by text not null constraint staff_creditor_names_its_author check (linked_by <> ''),
    linked_at timestamptz not null default clock_timestamp()
);
comment on table ledger.staff_creditor is '職員の債権者番号: which creditor is which member of staff. An order to such a creditor is pay, and is not approved before it says what it consists of.';

create table ledger.staff_pay_kind (
    code text constraint staff_pay_kind_pk primary key constraint staff_pay_kind_is_two_digits check (code ~ '^[0-9]{2}$'),
    name text not null
);
comment on table ledger.staff_pay_kind is '種別 of pay by payment order.';
insert into ledger.staff_pay_kind (code, name) values
    ('01', '報酬'), ('02', '手当'), ('03', '謝礼（給与扱い）'), ('04', '賞与'), ('05', '旅費課税分');

create table ledger.withholding_rate (
    tax_column  text   not null constraint withholding_rate_column_is_known check (tax_column in ('1', '2', '3')),
    valid_from  date   not null,
    below       bigint not null,
    per_100000  int    not null,
    constraint withholding_rate_pk primary key (tax_column, valid_from)
);
comment on table ledger.withholding_rate is '源泉徴収税額表 where it is a rate: for pay after social insurance below an amount a month. Above it, and in the other columns, the table has amounts, which the section states.';
insert into ledger.withholding_rate (tax_column, valid_from, below, per_100000) values ('2', '2026-01-01', 105000, 3063);

create function ledger.withholding_by_rate(tax_column text, base bigint, month bigint, day date) returns bigint
language sql stable as $$
    select case when month < r.below then base * r.per_100000 / 100000 end
      from ledger.withholding_rate r
     where r.tax_column = withholding_by_rate.tax_column and r.valid_from <= day
     order by r.valid_from desc limit 1
$$;
comment on function ledger.withholding_by_rate is '源泉徴収税額 where the law gives a rate, below one yen dropped: 乙 of 30,000 yen is 918. Null where it does not. month: what the person has in that column in the month of the day, this amount included, because the limit is one of the month.';

create function ledger.main_employer_is_ward(staff text, day date) returns boolean
language sql stable as $$
    -- 派遣受入 are paid by whoever sent them, teachers of 都費 by Tokyo.
    select exists (select from ledger.staff s join ledger.staff_posting p on p.staff_no = s.staff_no
                    where s.staff_no = staff and p.post_kind = 'main' and day between p.valid_from and p.valid_to
                      and s.staff_type <> '06' and s.cost_bearer is distinct from '1')
$$;
comment on function ledger.main_employer_is_ward is 'Whether the ward is the main employer (主たる給与の支払者) of a person on a day: only then is 甲 his column.';

-- ── What an order to staff consists of ──────────────────────────────────────────────────────────────────────────────

create table ledger.staff_payment (
    id         bigint generated always as identity constraint staff_payment_pk primary key,
    order_id   bigint not null references ledger.payment_order,
    part       int    not null constraint staff_payment_part_fits check (part between 1 and 999),
    staff_no   text   not null references ledger.staff,
    tax_column text   not null constraint staff_payment_column_is_known check (tax_column in ('1', '2', '3')),
    kind       text   not null references ledger.staff_pay_kind,
    taxable    bigint not null,
    nontaxable bigint not null,
    social     bigint not null,
    withheld   bigint not null,
    net        bigint not null generated always as (taxable + nontaxable - social - withheld) stored,
    constraint staff_payment_part_once unique (order_id, part),
    constraint staff_payment_is_not_negative check (least(taxable, nontaxable, social, withheld) >= 0 and taxable + nontaxable > 0),
    constraint staff_payment_withholds_of_taxable check (withheld <= taxable and social + withheld <= taxable + nontaxable)
);
comment on table ledger.staff_payment is '職員への支払の内訳: the parts (枝番) of a payment order to a member of staff. They come to the order''s amount, their deductions to its `deducted`.';
comment on column ledger.staff_payment.tax_column is '所得税区分: 1 甲, 2 乙, 3 丙.';
comment on column ledger.staff_payment.net is '差引支払額: what the bank transfers.';
create index staff_payment_by_staff on ledger.staff_payment (staff_no);
create trigger staff_payment_is_append_only before update or delete or truncate on ledger.staff_payment
    for each statement execute function ledger.refuse_change();

create table ledger.staff_payment_event (
    id         bigint generated always as identity constraint staff_payment_event_pk primary key,
    payment_id bigint not null references ledger.staff_payment,
    cancel     boolean not null,
    happened_on date  not null,
    noted_by   text,
    note       text,
    constraint staff_payment_event_once unique (payment_id, cancel),
    constraint staff_payment_event_note_is_signed check ((noted_by is null) = (note is null) and btrim(coalesce(note, 'x')) <> '')
);
comment on table ledger.staff_payment_event is '支払と戻入: written by the step of the order to paid, and from paid to returned. Each leaves once, in file 23. What the bank could not pay at all was never paid and is not here.';
comment on column ledger.staff_payment_event.noted_by is 'Who told the payroll section by hand what the file cannot say any more (a year that is closed); it is then not listed again.';
create index staff_payment_event_by_day on ledger.staff_payment_event (happened_on);

create function ledger.follow_staff_orders() returns trigger
-- The planner does not know how many rows a statement changed, and would compare each with all.
language plpgsql set enable_nestloop = off as $$
declare
    bad text;
begin
    -- Nothing follows from an order's way into a file, and a file has a hundred thousand.
    if not exists (select from ledger.staff_creditor) or not exists (select from after_rows a where a.state not in ('in_file', 'cancelled')) then
        return null;
    end if;
    select a.no into bad
      from after_rows a join before_rows b using (id)
      join ledger.staff_creditor c on c.creditor = a.creditor
      left join (select s.order_id, sum(s.taxable + s.nontaxable) as gross, sum(s.social + s.withheld) as deducted
                   from ledger.staff_payment s group by s.order_id) p on p.order_id = a.id
     where (b.state, a.state) = ('draft', 'approved') and (p.gross, p.deducted) is distinct from (a.amount, a.deducted)
     limit 1;
    if found then
        raise exception 'payment order % is pay to a member of staff and does not say what it consists of', bad
            using errcode = 'RK015', constraint = 'staff_order_is_broken_down', hint = 'cancel it and order with renkei ledger pay-staff';
    end if;
    select a.no into bad
      from after_rows a join before_rows b using (id)
      join ledger.staff_payment s on s.order_id = a.id
      join ledger.staff_payment_event e on e.payment_id = s.id and e.cancel
     where b.state = 'returned' and a.state in ('paid', 'released')
       and (e.noted_by is not null or exists (select from export.live_claim c where c.object = 'staff_payment_event' and c.object_id = e.id))
     limit 1;
    if found then
        raise exception 'the payroll system was told that payment order % came back', bad
            using errcode = 'RK015', constraint = 'staff_return_is_told', hint = 'void the file that told it first';
    end if;
    -- The bank did not process the file after all, or did not send the payment back: what was not told yet is not told.
    delete from ledger.staff_payment_event e
     using after_rows a join before_rows b using (id) join ledger.staff_payment s on s.order_id = a.id
     where e.payment_id = s.id and e.noted_by is null
       and case when e.cancel then b.state = 'returned' and a.state in ('paid', 'released') else b.state = 'paid' and a.state in ('approved', 'released') end
       and not exists (select from export.live_claim c where c.object = 'staff_payment_event' and c.object_id = e.id);
    -- A payment that was told, and is paid in another file now, is not told again.
    insert into ledger.staff_payment_event (payment_id, cancel, happened_on)
    select s.id, a.state = 'returned',
           coalesce(a.settled_on, case when a.state = 'paid' then a.pay_date else (clock_timestamp() at time zone 'Asia/Tokyo')::date end)
      from after_rows a join before_rows b using (id)
      join ledger.staff_payment s on s.order_id = a.id
     where a.state <> b.state and (a.state = 'paid' or (b.state, a.state) = ('paid', 'returned'))
     order by s.id
    on conflict on constraint staff_payment_event_once do nothing;
    return null;
end $$;
comment on function ledger.follow_staff_orders is 'Pay to staff is approved only with its parts; and that it was paid, or came back, is written down with the step of its order.';
create trigger payment_order_is_followed_for_staff after update on ledger.payment_order
    referencing old table as before_rows new table as after_rows for each statement execute function ledger.follow_staff_orders();

create function ledger.staff_deductions(orders bigint[], day date)
returns table (event text, fiscal_year int, booked_on date, fund text, amount bigint, memo text, object text, object_id bigint)
language sql stable as $$
    select v.event, ledger.fiscal_year(day), day, p.fund, v.amount, concat_ws(' ', v.memo, p.no), 'staff_payment', s.id
      from ledger.staff_payment s
      join ledger.payment_order p on p.id = s.order_id
     cross join lateral (values ('WITHHOLDING_TAX', s.withheld, '源泉所得税'), ('WITHHOLDING_SOCIAL', s.social, '社会保険料')) v (event, amount, memo)
     where s.order_id = any (orders) and v.amount > 0
$$;
comment on function ledger.staff_deductions is 'Rows for the temp table journal: what orders to staff keep back, booked on the day they are paid. Off-budget cash belongs to the year of that day, whatever year the cost belongs to. Who takes such a payment back books the same with negative amounts.';

-- ── Ordering it ─────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.link_staff_creditor(creditor text, staff text, who text) returns void
language plpgsql as $$
begin
    if not exists (select from ledger.creditor c where c.no = link_staff_creditor.creditor)
       or not exists (select from ledger.staff s where s.staff_no = staff) then
        raise exception 'creditor % or member of staff % is not known', creditor, staff
            using errcode = 'RK015', constraint = 'staff_creditor_is_known', hint = 'register both first';
    end if;
    insert into ledger.staff_creditor (creditor, staff_no, linked_by) values (link_staff_creditor.creditor, staff, who);
    insert into audit.event (actor, action, object, object_id, after)
    values (who, 'staff_creditor.link', 'creditor', creditor, jsonb_build_object('staff_no', staff));
end $$;
comment on function ledger.link_staff_creditor is 'Says that a creditor is a member of staff.';

create type ledger.staff_pay as (
    staff_no text, tax_column text, pay_date date, fiscal_year int, fund text, budget_line text, organization text, title text
);
comment on type ledger.staff_pay is 'What a payment order to a member of staff is about. fiscal_year, organization: null for the year of the pay date, and the main post of that day.';

create type ledger.staff_pay_part as (kind text, taxable bigint, nontaxable bigint, social bigint, withheld bigint);
comment on type ledger.staff_pay_part is 'One part (枝番) of it. withheld null: by the rate of the law.';

create function ledger.order_staff_pay(pay ledger.staff_pay, parts ledger.staff_pay_part[], who text, today date) returns text
language plpgsql as $$
declare
    payee   text := (select c.creditor from ledger.staff_creditor c where c.staff_no = pay.staff_no);
    year    int  := coalesce(pay.fiscal_year, ledger.fiscal_year(pay.pay_date));
    section text := coalesce(pay.organization, (select p.organization from ledger.staff_posting p
                                                 where p.staff_no = pay.staff_no and p.post_kind = 'main'
                                                   and pay.pay_date between p.valid_from and p.valid_to));
    part    ledger.staff_pay_part;
    whole   ledger.staff_pay_part[];
    lawful  bigint;
    month   bigint;
    bound   text;
    made    ledger.payment_order;
begin
    if payee is null then
        raise exception 'no creditor is member of staff %', pay.staff_no
            using errcode = 'RK015', constraint = 'staff_has_a_creditor', hint = 'renkei ledger staff-creditor';
    end if;
    if pay.tax_column = '1' and not ledger.main_employer_is_ward(pay.staff_no, pay.pay_date) then
        raise exception 'the ward is not the main employer of % on %', pay.staff_no, pay.pay_date
            using errcode = 'RK015', constraint = 'staff_main_employer_is_ward', hint = 'column 2 (乙)';
    end if;
    if pay.pay_date < today or not ledger.is_business_day(pay.pay_date, 'bank') or not ledger.fiscal_year_accepts(year, pay.pay_date) then
        raise exception 'pay cannot be due on % from fiscal year %', pay.pay_date, year
            using errcode = 'RK015', constraint = 'staff_pay_day_is_open', hint = 'a bank business day of the year, or of its closing period';
    end if;
    if section is null or not exists (select from ledger.budget_line b where (b.fiscal_year, b.fund, b.code, b.side) = (year, pay.fund, pay.budget_line, 'expenditure')) then
        raise exception 'budget line % of % % or the organization of % is not known', pay.budget_line, year, pay.fund, pay.staff_no
            using errcode = 'RK015', constraint = 'staff_pay_has_a_budget_line', hint = 'name budget line and organization';
    end if;
    -- The table is one of the month: what is ordered for the person's other pay days of the month counts, a bonus has a table of its own.
    -- Two people may order at once: the lock makes the second wait and then count the first.
    perform from ledger.staff_creditor c where c.staff_no = pay.staff_no for update;
    select coalesce(sum(s.taxable - s.social), 0) into month
      from ledger.staff_payment s
      join ledger.payment_order p on p.id = s.order_id
     where s.staff_no = pay.staff_no and s.tax_column = pay.tax_column and s.kind <> '04' and p.state not in ('cancelled', 'returned')
       and date_trunc('month', p.pay_date) = date_trunc('month', pay.pay_date);
    month := month + coalesce((select sum(x.taxable - x.social) from unnest(parts) x where x.kind <> '04'), 0);
    foreach part in array parts loop
        if least(part.taxable, part.nontaxable, part.social) < 0 or part.taxable + part.nontaxable <= 0 then
            raise exception 'a part of pay to % comes to nothing, or less', pay.staff_no
                using errcode = 'RK015', constraint = 'staff_payment_is_not_negative', hint = 'check the amounts';
        end if;
        -- A bonus has a table of its own.
        lawful := case when part.kind = '04' then null
                       else ledger.withholding_by_rate(pay.tax_column, part.taxable - part.social, month, pay.pay_date) end;
        part.withheld := coalesce(part.withheld, lawful, case when part.taxable = 0 then 0 end);
        if part.withheld is null then
            raise exception 'the tax to be withheld of % yen (% in the month) in column % is not a rate: state it', part.taxable, month, pay.tax_column
                using errcode = 'RK015', constraint = 'staff_pay_states_its_tax', hint = 'see the withholding table';
        end if;
        if part.withheld <> lawful then
            raise exception 'the tax to be withheld of % yen is %, not %', part.taxable, lawful, part.withheld
                using errcode = 'RK015', constraint = 'staff_pay_withholds_by_rate', hint = 'leave it out: it is computed';
        end if;
        whole := whole || part;
    end loop;

    bound := ledger.next_commitment_no(year);
    insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on)
    select bound, year, pay.fund, pay.budget_line, section, payee, pay.title, sum(x.taxable + x.nontaxable), today
      from unnest(whole) x;
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, deducted, pay_date, memo, made_by)
    select ledger.next_payment_order_no(year), c.fiscal_year, c.fund, c.budget_line, c.organization, c.creditor, c.no, c.amount,
           (select sum(x.social + x.withheld) from unnest(whole) x), pay.pay_date, pay.title, who
      from ledger.commitment c where c.no = bound
    returning * into made;
    insert into ledger.staff_payment (order_id, part, staff_no, tax_column, kind, taxable, nontaxable, social, withheld)
    select made.id, x.n, pay.staff_no, pay.tax_column, x.kind, x.taxable, x.nontaxable, x.social, x.withheld
      from unnest(whole) with ordinality x (kind, taxable, nontaxable, social, withheld, n) order by x.n;
    insert into audit.event (actor, action, object, object_id, after)
    values (who, 'payment_order.pay_staff', 'payment_order', made.no,
            jsonb_build_object('staff_no', pay.staff_no, 'amount', made.amount, 'deducted', made.deducted, 'pay_date', made.pay_date));
    return made.no;
end $$;
comment on function ledger.order_staff_pay is '支出負担行為兼支出命令 for pay to a member of staff: commitment, draft order over the gross amount, and its parts. Returns the number of the order.';

create function ledger.note_staff_payment(order_no text, part int, note text, who text) returns bigint
language plpgsql as $$
declare
    changed bigint;
begin
    with noted as (
        update ledger.staff_payment_event e set noted_by = who, note = note_staff_payment.note
          from ledger.staff_payment s join ledger.payment_order p on p.id = s.order_id
         where s.id = e.payment_id and p.no = order_no and s.part = note_staff_payment.part and e.noted_by is null
           and not exists (select from export.live_claim c where c.object = 'staff_payment_event' and c.object_id = e.id)
        returning e.id, e.cancel
    )
    insert into audit.event (actor, action, object, object_id, after)
    select who, 'staff_payment.note', 'payment_order', order_no, jsonb_build_object('part', part, 'cancel', n.cancel, 'note', note) from noted n;
    get diagnostics changed = row_count;
    if changed = 0 then
        raise exception 'part % of payment order % waits for no note', part, order_no
            using errcode = 'RK015', constraint = 'staff_payment_waits_for_a_note', hint = 'look at renkei ledger staff-payments';
    end if;
    return changed;
end $$;
comment on function ledger.note_staff_payment is 'The payroll section was told by hand: what file 23 cannot carry any more is not listed again.';

-- ── Reading it ──────────────────────────────────────────────────────────────────────────────────────────────────────

create view ledger.staff_payment_history as
select e.id, s.id as payment_id, e.cancel, e.happened_on, e.noted_by, e.note, extract(year from p.paid_on)::int as cal_year, p.paid_on,
       extract(year from e.happened_on)::int as event_year, s.staff_no, s.tax_column, s.kind, o.id as order_id, o.no as order_no, s.part, o.fiscal_year,
       o.fund || left(o.budget_line, 6) || right(o.budget_line, 2) as subject,
       v.sign * s.taxable as taxable, v.sign * s.nontaxable as nontaxable, v.sign * s.social as social, v.sign * s.withheld as withheld, v.sign * s.net as net
  from ledger.staff_payment_event e
  join ledger.staff_payment s on s.id = e.payment_id
  join ledger.payment_order o on o.id = s.order_id
 cross join lateral (select x.happened_on as paid_on from ledger.staff_payment_event x where x.payment_id = e.payment_id and not x.cancel) p
 cross join lateral (values (case when e.cancel then -1 else 1 end)) v (sign);
comment on view ledger.staff_payment_history is 'Each payment and each return with its amounts, those of a return negative. paid_on: the day of the payment, also of its return; 対象年 is its year.';
comment on column ledger.staff_payment_history.subject is '会計科目: 会計 2, 款 2, 項 2, 目 2, 節 2.';

create view ledger.staff_tax_held as
select p.object_id as payment_id, sum(case when p.credit_account = r.credit_account then p.amount else -p.amount end)::bigint as yen
  from ledger.posting p
  join ledger.entry e on e.id = p.entry_id
  join ledger.posting_rule r on r.event = e.event
 where p.object = 'staff_payment' and e.event = 'WITHHOLDING_TAX'
 group by p.object_id;
comment on view ledger.staff_tax_held is '歳入歳出外現金: the income tax the journal holds of each payment.';
