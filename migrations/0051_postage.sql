-- Postage (郵便料金) by meter, and the media (USB) that carry files of stand-alone machines.

create table ledger.postage_tariff (
    kind       text   not null constraint postage_tariff_kind_is_known check (kind ~ '^0[1-8]$'),
    weight_g   int    not null constraint postage_tariff_weight_is_positive check (weight_g > 0),
    unit_price bigint not null constraint postage_tariff_price_is_positive check (unit_price > 0),
    valid_from date   not null,
    valid_to   date   not null default date '9999-12-31',
    constraint postage_tariff_pk primary key (kind, weight_g, unit_price, valid_from),
    constraint postage_tariff_validity_is_forward check (valid_from <= valid_to)
);
comment on table ledger.postage_tariff is '郵便料金表: the unit prices of a kind and weight class. 特定記録 includes the basic charge, so a class may have several.';

create table ledger.postage_meter (
    meter_no    text constraint postage_meter_pk primary key,
    name        text   not null,
    creditor    text   not null references ledger.creditor,
    capacity    bigint not null constraint postage_meter_capacity_is_positive check (capacity > 0)
);
comment on table ledger.postage_meter is '郵便料金計器, and the postal company its postage is owed to.';
comment on column ledger.postage_meter.capacity is 'One more than the counter can show in yen: behind it the counter begins at 0 again (計器の一巡).';

create table ledger.postage_budget (
    organization text not null,
    valid_from   date not null,
    valid_to     date not null default date '9999-12-31',
    fund         text not null references ledger.fund,
    budget_line  text not null constraint postage_budget_is_service_fee check (budget_line ~ '^[0-9]{8}11$'),
    constraint postage_budget_pk primary key (organization, valid_from),
    constraint postage_budget_validity_is_forward check (valid_from <= valid_to),
    constraint postage_budget_is_one_a_day exclude using gist
        (int8range(organization::bigint, organization::bigint, '[]') with &&, daterange(valid_from, valid_to, '[]') with &&)
);
comment on table ledger.postage_budget is '郵便料金の負担科目: the line of 節11 役務費 from which a section pays its postage.';

create table ledger.postage_reading (
    id           bigint generated always as identity constraint postage_reading_pk primary key,
    month        text   not null constraint postage_reading_month_is_one check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    meter_no     text   not null references ledger.postage_meter,
    opening      bigint not null,
    closing      bigint not null,
    used         bigint not null,
    rolled_over  boolean not null,
    batch_id     bigint not null,
    line         bigint not null,
    cancelled_at timestamptz
);
comment on table ledger.postage_reading is '計示額報告: the counter of a meter at the beginning and end of a month, and what was used.';
create unique index postage_reading_is_unique on ledger.postage_reading (month, meter_no) where cancelled_at is null;
create index postage_reading_by_batch on ledger.postage_reading (batch_id);

create table ledger.postage_use (
    id            bigint generated always as identity constraint postage_use_pk primary key,
    reading_id    bigint not null references ledger.postage_reading,
    organization  text   not null,
    kind          text   not null,
    weight_g      int    not null,
    unit_price    bigint not null,
    qty           bigint not null,
    amount        bigint not null constraint postage_use_amount_is_product check (amount = unit_price * qty),
    payment_order bigint not null references ledger.payment_order,
    batch_id      bigint not null,
    line          bigint not null
);
comment on table ledger.postage_use is '郵便料金の部門別内訳, and the payment order that carries it.';
create index postage_use_by_batch on ledger.postage_use (batch_id, line);

create function ledger.postage_pay_day(month text, received date) returns date
language sql stable as $$
    -- Metered post is owed after the month; due at the end of the next.
    select ledger.payment_day((to_date(month || '-01', 'YYYY-MM-DD') + interval '2 months - 1 day')::date, received)
$$;
comment on function ledger.postage_pay_day is 'The bank business day on or before the end of the month after the month of use, but after the day the file came. Null where the calendar ends before it.';

create function ledger.cancel_batch_postage(batch bigint) returns void
language plpgsql as $$
begin
    perform ledger.cancel_batch_orders(batch);
    update ledger.postage_reading r set cancelled_at = clock_timestamp() where r.batch_id = batch and r.cancelled_at is null;
    update ledger.commitment c set state = 'cancelled' where c.batch_id = batch and c.state <> 'cancelled';
end $$;
comment on function ledger.cancel_batch_postage is 'Cancels the drafts and commitments of a batch; the month of the meter may come again.';

-- ── Media ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

create table intake.medium (
    batch_id    bigint not null constraint medium_pk primary key references intake.batch,
    medium      text   not null constraint medium_id_is_given check (btrim(medium) <> ''),
    label       text   not null,
    bearer      text   not null constraint medium_bearer_is_named check (btrim(bearer) <> ''),
    approver    text   not null constraint medium_approver_is_named check (btrim(approver) <> ''),
    accepted_by text   not null,
    accepted_at timestamptz not null,
    constraint medium_bearer_is_not_approver check (not export.same_person(bearer, approver))
);
comment on table intake.medium is '媒体: on which medium (USB) a batch was carried, by whom, and who approved that it was taken.';
comment on column intake.medium.medium is 'Id of its file system (UUID or label), as registered.';
create index medium_by_id on intake.medium (medium, batch_id);
create trigger medium_never_changes before update or delete or truncate on intake.medium
    for each statement execute function intake.refuse_change();

create table intake.medium_wipe (
    id          bigint generated always as identity constraint medium_wipe_pk primary key,
    medium      text not null,
    wiped_by    text not null constraint medium_wipe_is_signed check (btrim(wiped_by) <> ''),
    recorded_by text not null,
    wiped_at    timestamptz not null default clock_timestamp()
);
comment on table intake.medium_wipe is '媒体消去: that a clerk wiped a medium whose files we have. We never write to a medium ourselves.';
create index medium_wipe_by_medium on intake.medium_wipe (medium, id);
create trigger medium_wipe_never_changes before update or delete or truncate on intake.medium_wipe
    for each statement execute function intake.refuse_change();

-- ── Seed: the tariff of 2024-10-01, an invented meter ───────────────────────────────────────────────────────────────────

insert into ledger.postage_tariff (kind, weight_g, unit_price, valid_from)
select kind, weight_g, unit_price, date '2024-10-01'
  from (values ('01', 50, 110),
               ('02', 50, 140), ('02', 100, 180), ('02', 150, 270), ('02', 250, 320), ('02', 500, 510), ('02', 1000, 750),
               ('04', 50, 85),
               ('05', 250, 300)) t (kind, weight_g, unit_price)
union all
-- 特定記録 210 yen, with the basic charge of the letter it goes with.
select '07', weight_g, unit_price + 210, date '2024-10-01'
  from (values (50, 110), (50, 140), (100, 180), (150, 270), (250, 320), (500, 510), (1000, 750)) b (weight_g, unit_price);

insert into ledger.creditor (no, name, kana) values ('0000000192', '砧郵便局', 'ｷﾇﾀﾕｳﾋﾞﾝｷﾖｸ');
insert into ledger.postage_meter (meter_no, name, creditor, capacity) values ('M000123', '文書室 計器', '0000000192', 100000000);
insert into ledger.postage_budget (organization, valid_from, fund, budget_line) values
    ('05020000', '2020-04-01', '01', '0201030211'), ('12030000', '2020-04-01', '01', '0201070211'), ('15020000', '2020-04-01', '01', '0301040211');
