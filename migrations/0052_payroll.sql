-- Payroll 給与 (20): executed amounts by budget line and section, without persons.
--
-- A file becomes one run: commitments and draft orders for the gross pay of each 科目 and 所属, the employer's share apart, and what was
-- withheld as off-budget cash. The run holds together: gross = deductions + net, and none of it is posted without the rest.

-- ── Masters ─────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.payroll_section (
    section  text constraint payroll_section_pk primary key constraint payroll_section_is_two_digits check (section ~ '^[0-9]{2}$'),
    name     text not null,
    payee    text not null references ledger.creditor,
    withheld boolean not null,
    method   text not null constraint payroll_section_method_is_known check (method in ('payroll', 'transfer', 'counter')),
    constraint payroll_section_pays_net_by_payroll_file check ((method = 'payroll') = withheld)
);
comment on table ledger.payroll_section is '節 of personnel cost: whom its orders name, whether deductions are taken from it, and how they are paid.';
comment on column ledger.payroll_section.payee is 'Orders of a run name no person. Where the payroll file pays, this is a collective creditor without an account.';
comment on column ledger.payroll_section.withheld is 'Part of the gross pay that deductions and net pay come to (節01–03).';
comment on column ledger.payroll_section.method is '支払方法 of its orders. payroll: with the file that carries net pay by person. What has another payee (節04) or is no pay of that day (節05, 06) is an ordinary order: transfer, with the general transfer file when the payee is one creditor with an account; counter (納付書・窓口払) else.';

create table ledger.payroll_section_version (
    section    text not null references ledger.payroll_section,
    valid_from date not null,
    version    int  not null constraint payroll_section_version_is_positive check (version > 0),
    name       text not null constraint payroll_section_version_is_named check (btrim(name) <> ''),
    payee      text not null references ledger.creditor,
    why        text not null constraint payroll_section_version_says_why check (btrim(why) <> ''),
    made_by    text not null constraint payroll_section_version_is_signed check (btrim(made_by) <> ''),
    made_at    timestamptz not null default clock_timestamp(),
    constraint payroll_section_version_pk primary key (section, valid_from, version),
    constraint payroll_section_version_once unique (section, version)
);
comment on table ledger.payroll_section_version is '節の版: another name or payee for pay of a day (支給日) or after it, until the next version. Before the first one the section itself counts.';
comment on column ledger.payroll_section_version.version is 'Of two for the same day the higher counts.';

create function ledger.payroll_section_on(section text, day date) returns table (name text, payee text, withheld boolean, method text)
language sql stable as $$
    select coalesce(v.name, s.name), coalesce(v.payee, s.payee), s.withheld, s.method
      from ledger.payroll_section s
      left join lateral (select x.* from ledger.payroll_section_version x where x.section = s.section and x.valid_from <= payroll_section_on.day
                          order by x.valid_from desc, x.version desc limit 1) v on true
     where s.section = payroll_section_on.section
$$;
comment on function ledger.payroll_section_on is 'What a 節 is for pay of a day.';

create function ledger.refuse_collective_account() returns trigger
language plpgsql as $$
declare
    wanted text := case tg_table_name when 'creditor_account' then to_jsonb(new) ->> 'creditor' else to_jsonb(new) ->> 'payee' end;
begin
    -- Registering an account and making a creditor collective meet on the creditor's row: the second sees the first.
    perform from ledger.creditor c where c.no = wanted for update;
    if exists (select from ledger.payroll_section s
                where s.method = 'payroll'
                  and (s.payee = wanted or exists (select from ledger.payroll_section_version v where v.section = s.section and v.payee = wanted)))
       and exists (select from ledger.creditor_account a where a.creditor = wanted) then
        raise exception 'CREDITOR_IS_COLLECTIVE' using errcode = 'RK014', detail = json_build_object('creditor', wanted);
    end if;
    return null;
end $$;
comment on function ledger.refuse_collective_account is 'Orders of a payroll are gross and name a collective creditor: with an account they would go into a general transfer file, in full.';
create trigger payroll_payee_has_no_account after insert or update of creditor on ledger.creditor_account
    for each row execute function ledger.refuse_collective_account();
create trigger payroll_payee_has_no_account after insert or update of payee, method on ledger.payroll_section
    for each row execute function ledger.refuse_collective_account();
create trigger payroll_payee_has_no_account after insert on ledger.payroll_section_version
    for each row execute function ledger.refuse_collective_account();
create trigger payroll_section_version_stays before update or delete or truncate on ledger.payroll_section_version
    for each statement execute function ledger.refuse_change();

create table ledger.payroll_deduction_kind (
    code text constraint payroll_deduction_kind_pk primary key constraint payroll_deduction_kind_is_two_digits check (code ~ '^[0-9]{2}$'),
    name text not null
);
comment on table ledger.payroll_deduction_kind is '控除コード: what is withheld, and by its name for whom it is held.';

create table ledger.payroll_budget_line (
    fiscal_year int  not null,
    fund        text not null,
    subject     text not null,
    project     text not null,
    section     text not null references ledger.payroll_section,
    detail      text not null default '',
    budget_line text not null,
    constraint payroll_budget_line_pk primary key (fiscal_year, fund, subject, project, section, detail),
    constraint payroll_budget_line_fk foreign key (fiscal_year, fund, budget_line) references ledger.budget_line
);
comment on table ledger.payroll_budget_line is '会計・款項目・事業・節・細節 as the payroll system writes them → 予算科目. A row per year: codes change with the budget.';
comment on column ledger.payroll_budget_line.detail is '細節; empty: any that has no row of its own.';

create function ledger.payroll_line(fiscal_year int, fund text, subject text, project text, section text, detail text) returns text
language sql stable as $$
    select m.budget_line
      from ledger.payroll_budget_line m
     where (m.fiscal_year, m.fund, m.subject, m.project, m.section)
         = (payroll_line.fiscal_year, payroll_line.fund, payroll_line.subject, payroll_line.project, payroll_line.section)
       and m.detail in ('', payroll_line.detail)
     order by m.detail desc limit 1
$$;
comment on function ledger.payroll_line is '予算科目 of a payroll code; null when the table has none.';

-- ── Runs ────────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.payroll_run (
    id           bigint generated always as identity constraint payroll_run_pk primary key,
    pay_month    text   not null,
    pay_kind     text   not null constraint payroll_run_pay_kind_is_known check (pay_kind in ('1', '2', '3', '4', '5')),
    version      int    not null,
    pay_date     date   not null,
    content_hash text   not null,
    replaced_by  bigint references ledger.payroll_run,
    batch_id     bigint not null references intake.batch (id),
    given_date   date,
    cancelled_at timestamptz,
    listed_at    timestamptz,
    constraint payroll_run_version_once unique (pay_month, pay_kind, version)
);
comment on table ledger.payroll_run is '給与支給: one file. 支給年月, 支給区分 and 版; the sender gives no 版, we count.';
comment on column ledger.payroll_run.content_hash is 'MD5 of its records in order of their keys: the same payroll in another file is the same.';
comment on column ledger.payroll_run.replaced_by is 'The run that took its place while all of its orders were drafts.';
comment on column ledger.payroll_run.given_date is '支払日 as the file says it, where the pay was moved to another day since. By it the same payroll is known when it is sent again.';
comment on column ledger.payroll_run.listed_at is 'When a list of persons was handed over last, or pay of the run moved. It is written first: a file of the run that is made meanwhile (select.payroll.sql locks the row) fails on it and is made again.';
create index payroll_run_by_batch on ledger.payroll_run (batch_id);

create table ledger.payroll_expense (
    id          bigint generated always as identity constraint payroll_expense_pk primary key,
    run_id      bigint not null references ledger.payroll_run,
    fiscal_year int    not null,
    fund        text   not null,
    budget_line text   not null,
    organization text  not null,
    section     text   not null references ledger.payroll_section,
    staff_class text   not null,
    heads       bigint not null,
    amount      bigint not null constraint payroll_expense_is_positive check (amount > 0),
    commitment  text   not null references ledger.commitment,
    order_id    bigint not null references ledger.payment_order,
    batch_id    bigint not null,
    line        bigint not null,
    constraint payroll_expense_budget_line_fk foreign key (fiscal_year, fund, budget_line) references ledger.budget_line
);
comment on table ledger.payroll_expense is '執行: gross pay and employer''s share by 科目, 所属 and 職員区分; several of them are ordered together.';
create index payroll_expense_by_run on ledger.payroll_expense (run_id);
create index payroll_expense_by_order on ledger.payroll_expense (order_id);

create table ledger.payroll_deduction (
    id       bigint generated always as identity constraint payroll_deduction_pk primary key,
    run_id   bigint not null references ledger.payroll_run,
    code     text   not null references ledger.payroll_deduction_kind,
    heads    bigint not null,
    amount   bigint not null constraint payroll_deduction_is_positive check (amount > 0),
    batch_id bigint not null,
    line     bigint not null,
    constraint payroll_deduction_once unique (run_id, code)
);
comment on table ledger.payroll_deduction is '控除: withheld on the pay date, held as 歳入歳出外現金 until it is paid on to the tax office, the municipalities, the mutual aid association.';

create table ledger.payroll_net (
    id       bigint generated always as identity constraint payroll_net_pk primary key,
    run_id   bigint not null references ledger.payroll_run,
    method   text   not null constraint payroll_net_method_is_known check (method in ('1', '2')),
    heads    bigint not null,
    amount   bigint not null constraint payroll_net_is_positive check (amount > 0),
    batch_id bigint not null,
    line     bigint not null,
    constraint payroll_net_once unique (run_id, method)
);
comment on table ledger.payroll_net is '差引支給: what reaches the staff, to accounts (1) or in cash (2).';

create view ledger.payroll_run_in_force as
select r.* from ledger.payroll_run r where r.cancelled_at is null and r.replaced_by is null;
comment on view ledger.payroll_run_in_force is 'Runs that were neither replaced nor cancelled.';

create view ledger.payroll_balance as
select r.id as run_id, r.pay_month, r.pay_kind, r.version, r.pay_date, e.gross, d.withheld, n.net, n.to_accounts, n.in_cash, e.employer, e.other,
       o.ordered, o.approved, e.gross - d.withheld - n.net as difference, e.gross + e.employer + e.other - o.ordered as not_ordered
  from ledger.payroll_run_in_force r
 cross join lateral (select coalesce(sum(x.amount) filter (where s.withheld), 0)::bigint as gross,
                            coalesce(sum(x.amount) filter (where x.section = '04'), 0)::bigint as employer,
                            coalesce(sum(x.amount) filter (where not s.withheld and x.section <> '04'), 0)::bigint as other
                       from ledger.payroll_expense x join ledger.payroll_section s on s.section = x.section where x.run_id = r.id) e
 cross join lateral (select coalesce(sum(x.amount), 0)::bigint as withheld from ledger.payroll_deduction x where x.run_id = r.id) d
 cross join lateral (select coalesce(sum(x.amount), 0)::bigint as net, coalesce(sum(x.amount) filter (where x.method = '1'), 0)::bigint as to_accounts,
                            coalesce(sum(x.amount) filter (where x.method = '2'), 0)::bigint as in_cash
                       from ledger.payroll_net x where x.run_id = r.id) n
 cross join lateral (select coalesce(sum(p.amount) filter (where p.state <> 'cancelled'), 0)::bigint as ordered,
                            coalesce(sum(p.amount) filter (where p.state not in ('draft', 'cancelled')), 0)::bigint as approved
                       from ledger.payment_order p where p.id in (select x.order_id from ledger.payroll_expense x where x.run_id = r.id)) o;
comment on view ledger.payroll_balance is 'What a run comes to. `net` is what leaves the ward on the pay date for it, never the sum of its orders; `difference` and `not_ordered` are 0, or something is wrong.';

-- ── What the file is ────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.payroll_content() returns text
language plpgsql stable as $$
begin
    return (select md5(jsonb_agg(x.content order by x.content)::text)
              from (select jsonb_build_array('1', pay_month, pay_kind, pay_date, fiscal_year, fund, subject, project, section, detail, organization, staff_class,
                                             heads, amount) as content from pg_temp.staged_expense
                    union all
                    select jsonb_build_array('2', pay_month, pay_kind, pay_date, code, heads, amount) from pg_temp.staged_deduction
                    union all
                    select jsonb_build_array('3', pay_month, pay_kind, pay_date, method, heads, amount) from pg_temp.staged_net) x);
end $$;
comment on function ledger.payroll_content is 'Digest of what the staged payroll says, whatever the order of its records.';

create function ledger.payroll_earlier()
returns table (run_id bigint, version int, batch_id bigint, same boolean, ordered boolean)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    select r.id, r.version, r.batch_id, r.content_hash = ledger.payroll_content(),
           exists (select from ledger.payroll_expense x join ledger.payment_order p on p.id = x.order_id
                    where x.run_id = r.id and p.state not in ('draft', 'cancelled'))
      from ledger.payroll_run_in_force r
      join (select e.pay_month, e.pay_kind, e.pay_date from pg_temp.staged_expense e order by e.line limit 1) h
        on (h.pay_month, h.pay_kind) = (r.pay_month, r.pay_kind)
     -- 例月 and 期末勤勉 are paid once for a month, whatever day is named; the others on several days.
     where r.pay_kind in ('1', '2') or coalesce(r.given_date, r.pay_date) = h.pay_date;
end $$;
comment on function ledger.payroll_earlier is 'The runs in force that the staged file is another version of. Ordered: one of their orders is beyond a draft.';

-- ── Post ────────────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.drop_payroll(batch bigint) returns void
language plpgsql as $$
begin
    perform ledger.cancel_batch_orders(batch);
    update ledger.commitment c set state = 'cancelled' where c.batch_id = batch and c.state = 'confirmed';
    update ledger.payroll_run r set cancelled_at = clock_timestamp() where r.batch_id = batch and r.cancelled_at is null;
end $$;
comment on function ledger.drop_payroll is 'cancel.sql of 20: drafts and commitments of the run end. The journal is reversed by the caller.';

create function ledger.replace_payroll(earlier bigint, later bigint) returns void
language plpgsql as $$
declare
    old ledger.payroll_run;
begin
    select r.* into old from ledger.payroll_run r where r.id = earlier;
    -- 決裁 may be under way: the lock waits for it, and drop_payroll() then finds no draft and fails, to be tried again.
    perform from ledger.payment_order p where p.batch_id = old.batch_id order by p.id for update;
    perform ledger.drop_payroll(old.batch_id);
    update ledger.payroll_run r set replaced_by = later where r.id = earlier;
    perform ledger.reverse_batch(old.batch_id, b.business_date, b.actor, '再送による差替 ' || old.version || '版') from pg_temp.batch b;
    insert into audit.event (actor, action, object, object_id, before, after)
    select b.actor, 'payroll.replace', 'payroll_run', earlier::text, jsonb_build_object('batch', old.batch_id, 'version', old.version),
           jsonb_build_object('batch', b.id, 'run', later)
      from pg_temp.batch b;
end $$;
comment on function ledger.replace_payroll is 'A run sent again while its orders are drafts: the earlier one ends and its journal is reversed.';

create function ledger.order_payroll(run bigint) returns void
language plpgsql as $$
begin
    -- Whoever changes a section waits for its orders, and they read what was changed before them.
    perform from ledger.payroll_section s where s.section in (select e.section from pg_temp.staged_expense e) order by s.section for key share;
    -- One commitment and one order for each 科目 and 所属; the file's finer rows stay readable in payroll_expense.
    create temp table payroll_cost on commit drop as
    select c.*, ledger.next_commitment_no(c.fiscal_year) as commitment, ledger.next_payment_order_no(c.fiscal_year) as order_no
      from (select e.fiscal_year, e.fund, ledger.payroll_line(e.fiscal_year, e.fund, e.subject, e.project, e.section, e.detail) as budget_line, e.organization,
                   e.section, s.payee, e.pay_date, s.method, min(e.line) as line, sum(e.amount)::bigint as amount,
                   concat_ws(' ', '給与', e.pay_month, k.name, s.name) as title
              from pg_temp.staged_expense e
             cross join lateral ledger.payroll_section_on(e.section, e.pay_date) s
              join (values ('1', '例月'), ('2', '期末勤勉'), ('3', '差額'), ('4', '随時'), ('5', '退職')) k (code, name) on k.code = e.pay_kind
             group by 1, 2, 3, 4, 5, 6, 7, 8, e.pay_month, k.name, s.name
             order by min(e.line)) c;
    insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, batch_id, line)
    select c.commitment, c.fiscal_year, c.fund, c.budget_line, c.organization, c.payee, c.title, c.amount,
           -- Bound within its year: in 出納整理期間 on its last day, sent ahead on its first.
           greatest(make_date(c.fiscal_year, 4, 1), least(b.business_date, make_date(c.fiscal_year + 1, 3, 31))), b.id, c.line
      from payroll_cost c cross join pg_temp.batch b order by c.line;
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, method, memo, made_by, batch_id, line)
    select c.order_no, c.fiscal_year, c.fund, c.budget_line, c.organization, c.payee, c.commitment, c.amount, c.pay_date, c.method, c.title, b.actor, b.id, c.line
      from payroll_cost c cross join pg_temp.batch b order by c.line;
    insert into ledger.payroll_expense (run_id, fiscal_year, fund, budget_line, organization, section, staff_class, heads, amount, commitment, order_id, batch_id, line)
    select run, e.fiscal_year, e.fund, c.budget_line, e.organization, e.section, e.staff_class, e.heads, e.amount, c.commitment, p.id, p.batch_id, e.line
      from pg_temp.staged_expense e
      join payroll_cost c on (c.fiscal_year, c.fund, c.budget_line, c.organization, c.section)
         = (e.fiscal_year, e.fund, ledger.payroll_line(e.fiscal_year, e.fund, e.subject, e.project, e.section, e.detail), e.organization, e.section)
      join ledger.payment_order p on p.no = c.order_no
     order by e.line;
    drop table payroll_cost;
end $$;
comment on function ledger.order_payroll is 'Commitments, draft orders over the gross amounts, and the rows they come from.';

create function ledger.withhold_payroll(run bigint) returns void
language plpgsql as $$
declare
    batch bigint := (select id from pg_temp.batch);
begin
    insert into ledger.payroll_deduction (run_id, code, heads, amount, batch_id, line)
    select run, d.code, d.heads, d.amount, batch, d.line from pg_temp.staged_deduction d order by d.line;
    insert into ledger.payroll_net (run_id, method, heads, amount, batch_id, line)
    select run, n.method, n.heads, n.amount, batch, n.line from pg_temp.staged_net n order by n.line;

    -- The orders are gross: of what they pay on the pay date this part comes back at once, as money held for others.
    insert into pg_temp.journal (line, event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
    select d.line, 'NONBUDGET_IN', ledger.fiscal_year(r.pay_date), r.pay_date, (select value from pg_temp.setting where key = 'nonbudget_fund'), d.amount,
           concat_ws(' ', '給与控除', r.pay_month, k.name), 'payroll_deduction', d.id
      from ledger.payroll_deduction d
      join ledger.payroll_deduction_kind k on k.code = d.code
      join ledger.payroll_run r on r.id = d.run_id
     where d.run_id = run order by d.line;
end $$;
comment on function ledger.withhold_payroll is 'Deductions with their journal, and net pay.';

create function ledger.post_payroll() returns void
language plpgsql as $$
declare
    head record;
    run  bigint;
begin
    select e.pay_month, e.pay_kind, e.pay_date into head from pg_temp.staged_expense e order by e.line limit 1;
    if not found then
        return; -- known already: every line was skipped
    end if;
    insert into ledger.payroll_run (pay_month, pay_kind, version, pay_date, content_hash, batch_id)
    select head.pay_month, head.pay_kind,
           (select coalesce(max(r.version), 0) + 1 from ledger.payroll_run r where (r.pay_month, r.pay_kind) = (head.pay_month, head.pay_kind)),
           head.pay_date, ledger.payroll_content(), b.id
      from pg_temp.batch b
    returning id into run;
    -- 決裁 may have come since the check: the lock waits for it, and what is asked afterwards sees what it left. Else both would be paid.
    perform from ledger.payment_order p
      where p.id in (select x.order_id from ledger.payroll_earlier() e join ledger.payroll_expense x on x.run_id = e.run_id where e.run_id <> run)
      order by p.id for update;
    if head.pay_kind <> '3' and exists (select from ledger.payroll_earlier() e where e.run_id <> run and e.ordered) then
        raise exception 'the payroll of % was approved meanwhile', head.pay_month
            using errcode = 'serialization_failure', hint = 'it is checked again and then refused';
    end if;
    perform ledger.replace_payroll(e.run_id, run) from ledger.payroll_earlier() e where e.run_id <> run and not e.ordered;
    perform ledger.order_payroll(run);
    perform ledger.withhold_payroll(run);

    insert into pg_temp.posted (line, object, object_id, yen)
    select x.line, 'payroll_expense', x.id, x.amount from ledger.payroll_expense x where x.run_id = run
    union all
    select d.line, 'payroll_deduction', d.id, d.amount from ledger.payroll_deduction d where d.run_id = run
    union all
    select n.line, 'payroll_net', n.id, n.amount from ledger.payroll_net n where n.run_id = run;
end $$;
comment on function ledger.post_payroll is 'The staged payroll → run, commitments, draft orders, deductions, rows of the temp table journal, and posted.';

-- ── Paid by another way than a file ─────────────────────────────────────────────────────────────────────────────────

create function ledger.book_counter_payments(ids bigint[], day date, how text, who text, today date) returns bigint
language plpgsql as $$
declare
    booked bigint;
    bad    record;
begin
    perform ledger.lock_orders(ids);
    select p.no, case when p.method <> 'counter' or p.state <> 'approved' then 'counter_order_approved'
                      when btrim(coalesce(how, '')) = '' then 'counter_receipt'
                      when export.same_person(p.made_by, who) then 'counter_by_second_person'
                      else 'counter_day_open' end as rule into bad
      from ledger.payment_order p
     where p.id = any (ids)
       and (p.method <> 'counter' or p.state <> 'approved' or btrim(coalesce(how, '')) = '' or export.same_person(p.made_by, who)
            or day > today or day < (p.approved_at at time zone 'Asia/Tokyo')::date or not ledger.fiscal_year_accepts(p.fiscal_year, day))
     order by p.id limit 1;
    if found then
        raise exception 'payment order % cannot be booked as paid at the counter on %', bad.no, day using errcode = 'RK015', constraint = bad.rule;
    end if;
    perform ledger.begin_journal();
    create temp table run on commit drop as select null::bigint as file_id, who as ordered_by;
    with paid as (
        update ledger.payment_order set state = 'paid', paid_on = day, settled_on = day where id = any (ids) and state = 'approved' returning *
    ), told as (
        insert into audit.event (actor, action, object, object_id, before, after, reason)
        select who, 'payment_order.counter', 'payment_order', no, jsonb_build_object('state', 'approved'),
               jsonb_build_object('state', 'paid', 'amount', amount, 'paid_on', day), btrim(how)
          from paid order by id
    )
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select 'PAYMENT', fiscal_year, day, fund, budget_line, organization, amount, memo, 'payment_order', id from paid order by id;
    get diagnostics booked = row_count;
    perform ledger.post_journal();
    drop table pg_temp.journal;
    drop table pg_temp.run;
    return booked;
end $$;
comment on function ledger.book_counter_payments is '納付書・窓口払: approved orders of the method counter were paid; `how` says what shows it (領収書). Clears the accounts payable. All or none, not by the maker.';

-- ── Seed: an invented personnel section ─────────────────────────────────────────────────────────────────────────────

insert into ledger.organization (code, valid_from, name, short_name, level, parent) values
    ('05010000', '2018-04-01', '総務部 人事課', '人事', 2, '05000000');
insert into ledger.creditor (no, name, kana) values
    ('0000009001', '職員（給与）', 'ｼﾖｸｲﾝ'),
    ('0000009002', '共済組合等（事業主負担）', 'ｷﾖｳｻｲｸﾐｱｲﾄｳ');
insert into ledger.payroll_section (section, name, payee, withheld, method) values
    ('01', '報酬', '0000009001', true, 'payroll'),
    ('02', '給料', '0000009001', true, 'payroll'),
    ('03', '職員手当等', '0000009001', true, 'payroll'),
    ('04', '共済費', '0000009002', false, 'counter'),
    ('05', '災害補償費', '0000009001', false, 'counter'),
    ('06', '恩給及び退職年金', '0000009001', false, 'counter');
insert into ledger.payroll_deduction_kind (code, name) values
    ('01', '所得税'), ('02', '住民税'), ('03', '共済短期'), ('04', '共済長期・厚生年金'), ('05', '健康保険（非共済）'), ('06', '雇用保険'),
    ('07', '互助会'), ('08', '財形'), ('09', '貸付償還'), ('10', '組合費'), ('11', '給食等'), ('99', 'その他');
insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget)
select y, '01', code, 'expenditure', name, '5110', budget
  from generate_series(2025, 2027) y,
       (values ('0201010101', '総務費 一般管理 報酬', 400000000), ('0201010102', '総務費 一般管理 給料', 4200000000),
               ('0201010103', '総務費 一般管理 職員手当等', 2600000000), ('0201010104', '総務費 一般管理 共済費', 1300000000),
               ('0201010105', '総務費 一般管理 災害補償費', 5000000), ('0201010106', '総務費 一般管理 恩給及び退職年金', 3000000)) l (code, name, budget);
insert into ledger.payroll_budget_line (fiscal_year, fund, subject, project, section, budget_line)
select y, '01', '020101', '0010101', section, '02010101' || section
  from generate_series(2025, 2027) y, ledger.payroll_section;
