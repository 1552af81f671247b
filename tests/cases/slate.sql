-- A clean slate between cases. Making a database costs a quarter of a second and dropping one a checkpoint; putting back what
-- the migrations left costs milliseconds. In the role of a replica neither guards nor foreign keys are asked.

create schema slate;

create table slate.kept as
select c.oid::regclass::text as name, format('slate.t%s', c.oid) as copy,
       (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and n.nspname in ('intake', 'ledger', 'export', 'audit');

create table slate.number as
select format('%I.%I', schemaname, sequencename) as name, coalesce(last_value, start_value) as value, last_value is not null as used
  from pg_sequences where schemaname in ('intake', 'ledger', 'export', 'audit');

do $$
declare k record;
begin
  for k in select * from slate.kept loop
    execute format('create table %s as table %s', k.copy, k.name);
  end loop;
end $$;

create function slate.wipe() returns void language plpgsql as $$
declare k record;
begin
  set local session_replication_role = replica;
  for k in select * from slate.kept loop
    execute format('delete from %s', k.name);
    execute format('insert into %s (%s) overriding system value select %s from %s', k.name, k.columns, k.columns, k.copy);
  end loop;
  perform setval(name::regclass, value, used) from slate.number;
  set local session_replication_role = origin;
end $$;

-- For cases of answers (NN_slug/results/cases): the file that was answered. The approved orders of a pay date left in a file of the topic,
-- the bank has it, and their payment is booked. So with pay of that day, whose gross orders go with it.
create function slate.sent(topic text, pay_date date, made_on date, transferred_on date default null) returns bigint language plpgsql as $$
declare
  made bigint;
  day date := coalesce(transferred_on, pay_date);
begin
  insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
  values (gen_random_uuid(), sent.topic, '', '{}', 'operator', true, made_on, 'tsukuru', made_on + time '09:00') returning id into made;
  insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
  select made, sent.topic, row_number() over (order by p.no), 'payment_order', p.id, p.amount, true
    from ledger.payment_order p where p.pay_date = sent.pay_date and p.state = 'approved' and p.method = 'transfer'
  union all
  select made, sent.topic, row_number() over (order by t.id), 'payroll_transfer', t.id, t.amount, true
    from ledger.payroll_transfer t join ledger.payroll_run r on r.id = t.run_id where r.pay_date = sent.pay_date and t.superseded_by is null
  union all
  select made, sent.topic, 0, 'payment_order', o.order_id, null, true
    from ledger.payroll_run r cross join lateral ledger.payroll_orders(r.id) o where r.pay_date = sent.pay_date;
  update ledger.payment_order p set state = 'in_file', account_id = k.id
    from export.claim c, ledger.creditor_account k
   where c.file_id = made and c.object = 'payment_order' and p.id = c.object_id and k.creditor = p.creditor and day between k.valid_from and k.valid_to;
  update ledger.payment_order p set state = 'in_file'
    from export.claim c where c.file_id = made and c.object = 'payment_order' and p.id = c.object_id and p.method = 'payroll';
  update export.file f
     set state = 'generated', seq_of_day = (select count(*) from export.file o where o.topic = sent.topic and o.business_date = made_on),
         sha256 = encode(sha256(made::text::bytea), 'hex'), records = c.count + 3, count = c.count, total = c.total, bytes = (c.count + 3) * 122,
         archive = 'case', file_name = 'case.txt', integration_digest = '', generated_at = now()
    from (select count(*) as count, sum(yen) as total from export.claim where file_id = made and seq > 0) c where f.id = made;
  update export.file set state = 'released', released_at = now(), released_by = 'tsukuru' where id = made;
  update export.file set state = 'delivered', delivered_at = now() where id = made;
  update ledger.payment_order p set state = 'released', paid_on = day
    from export.claim c where c.file_id = made and c.object = 'payment_order' and p.id = c.object_id;
  insert into ledger.transfer_file (file_id, paid_on) values (made, day);
  perform ledger.begin_journal();
  create temp table run on commit drop as select made as file_id, 'tsukuru'::text as ordered_by;
  insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
  select c.seq, 'PAYMENT', p.fiscal_year, day, p.fund, p.budget_line, p.organization, p.amount, p.memo, 'payment_order', p.id
    from export.claim c join ledger.payment_order p on p.id = c.object_id where c.file_id = made and c.object = 'payment_order' order by c.seq;
  perform ledger.post_journal();
  drop table run;
  return made;
end $$;

-- What the assessments had posted, so that the receivables stand in the journal too.
create function slate.assessed() returns void language plpgsql as $$
begin
  perform ledger.begin_journal();
  insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
  select a.line, 'ASSESSMENT', a.fiscal_year, a.assessed_on, a.fund, a.budget_line, a.organization, a.delta, a.reason, 'assessment', a.id
    from ledger.assessment a order by a.id;
  perform ledger.post_journal();
  drop table journal;
end $$;

-- For cases of 02 and 03: what their files changed. Organizations and who follows whom, open items and who carries them on 1 April 2027, people,
-- posts, tasks; `part` and `seq` give the order.
create view slate.people as
select 1 as part, o.code || o.valid_from as seq, '所属' as "種別", o.code as "コード", o.name as "名称", o.valid_from as "から", o.valid_to as "まで",
       concat_ws(' ', '階層' || o.level, '上位' || o.parent, case when o.can_execute then '執行可' end, case when o.cashier then '出納員' end,
                 '施設' || o.facility, '受付' || o.batch_id || '-' || o.line) as "内容"
  from ledger.organization o where exists (select from ledger.organization_change c where c.organization = o.code) or o.batch_id is not null
union all
select 2, s.effective || s.predecessor || s.successor, '継承', s.predecessor, '→ ' || s.successor, s.effective, null, s.reason || ' 受付' || s.batch_id || '-' || s.line
  from ledger.organization_successor s
union all
select 3, i.organization || i.kind || i.object, '未了', i.organization, i.object, null, null,
       i.kind || ' ' || i.yen || '円 引継ぎ先 ' || coalesce(ledger.organization_on(i.organization, '2027-04-01'), 'なし')
  from ledger.open_item i where i.yen <> 0 and exists (select from ledger.organization_change c where c.organization = i.organization)
union all
select 4, f.code, '施設', f.code, f.name, null, null, '所属' || f.organization from ledger.facility f where f.batch_id is not null
union all
select 5, lpad(c.id::text, 6, '0'), '履歴', c.organization, coalesce(c.after ->> 'name', c.before ->> 'name', ''), c.effective, null,
       c.change || ' 受付' || c.batch_id || coalesce('-' || c.line, '') from ledger.organization_change c
union all
select 6, s.staff_no, '職員', s.staff_no, s.name || '（' || s.kana || '）', s.hired, s.left_on,
       concat_ws(' ', s.status, s.status_since, '区分' || s.staff_type, '旧姓' || s.former_name, '支出科目' || s.pay_budget_line, '学校' || s.school_code,
                 '負担' || s.cost_bearer, '校務' || s.duty, case when s.can_execute then '執行可' end, '受付' || s.batch_id || '-' || s.line)
  from ledger.staff s
union all
select 7, p.staff_no || p.valid_from || p.post_kind || p.organization, case p.post_kind when 'main' then '本務' else '兼務' end, p.staff_no,
       p.organization || ' 職位' || p.rank || coalesce(' ' || p.title, ''), p.valid_from, p.valid_to,
       concat_ws(' ', '受付' || p.batch_id || '-' || p.line, '終了' || p.ended_batch) from ledger.staff_posting p
union all
select 8, lpad(c.id::text, 6, '0'), '発令', c.staff_no, c.action, c.effective, null,
       concat_ws(' ', '受付' || c.batch_id || '-' || c.line, case when c.cancelled_at is not null then '取消' end) from ledger.staff_change c
union all
select 9, t.staff_no || t.effective || t.organization, '引継ぎ', t.staff_no, t.organization || ' ' || t.cause, t.effective, null,
       coalesce('起案' || w.made || '件 決裁' || w.approves || '件 ' || w.yen || '円 ' || w.orders, '残なし')
  from ledger.reassignment_task t left join ledger.open_reassignment w on w.id = t.id;
