-- What cases of several folders share: what their ledgers begin with, and what is shown of them. Functions of one folder lie in its
-- cases/functions.sql.

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

-- What the assessments had posted, so that the receivables stand in the journal too; those from an id on.
create function slate.assessed(since bigint default 0) returns void language plpgsql as $$
begin
  perform ledger.begin_journal();
  insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
  select a.line, 'ASSESSMENT', a.fiscal_year, a.assessed_on, a.fund, a.budget_line, a.organization, a.delta, a.reason, 'assessment', a.id
    from ledger.assessment a where a.id >= since order by a.id;
  perform ledger.post_journal();
  drop table journal;
end $$;

-- For cases of 14, 15, 17 and 18: a bill for a course of the civic activities section, as 12 posts it.
create function slate.bill(id bigint, line bigint, yen bigint, source_key text, assessed_on date default '2026-09-01', due_on date default '2026-09-30',
                           fiscal_year int default 2026) returns void language sql as $$
  insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
  values (bill.id, 0, bill.line, bill.fiscal_year, yen, yen, bill.assessed_on, bill.due_on, bill.due_on, 'SKS', bill.source_key, '1',
    '01', '2105010101', '12030000', '4', '0', '1', '1540017', '陶芸教室受講料(後期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9');
$$;

-- The payment slip of a bill: its `issue`, for what is billed unless `yen` says otherwise.
create function slate.slip(id bigint, bill bigint, confirmation_no text, state text, issue int default 1, yen bigint default null, due_on date default null,
                           pay_limit_on date default '2026-10-31', void_reason text default null) returns void language sql as $$
  insert into ledger.payment_slip (id, assessment_id, issue, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
    amount, amount_main, due_on, pay_limit_on, issued_on, state, void_reason)
  select slip.id, a.id, slip.issue, '13112', '000', '999', '05' || a.fiscal_year || lpad(a.id::text, 9, '0') || '010' || (slip.issue - 1) || '0',
         slip.confirmation_no, a.fiscal_year, a.fiscal_year, coalesce(slip.yen, a.amount), coalesce(slip.yen, a.amount), coalesce(slip.due_on, a.due_on),
         slip.pay_limit_on, '2026-09-01', slip.state, slip.void_reason
    from ledger.assessment a where a.id = slip.bill;
$$;

-- 増額 (2) or 減額 (3) of a bill, as 12 posts it; `action` 4 takes the bill back.
create function slate.changed(id bigint, bill bigint, delta bigint, source_key text, changed_on date default '2026-09-01', due_on date default null,
                              action text default null, batch_id bigint default 0) returns void language sql as $$
  insert into ledger.assessment (id, origin_id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, origin_key, reason, payer_name, payer_kana, address)
  select changed.id, a.id, changed.batch_id, 1, a.fiscal_year, abs(changed.delta), changed.delta, changed.changed_on, coalesce(changed.due_on, a.due_on),
         coalesce(changed.due_on, a.due_on), a.source, changed.source_key, coalesce(changed.action, case when changed.delta > 0 then '2' else '3' end),
         a.fund, a.budget_line, a.organization, a.method, a.tax_class, a.payer_type, a.postal, a.source_key, a.reason, a.payer_name, a.payer_kana, a.address
    from ledger.assessment a where a.id = changed.bill;
$$;

-- Money that came for receivables, booked as 11 and 18 book it: rows of [line, assessment, channel, day it was paid, yen], and behind them why nobody owes it.
create function slate.received(batch_id bigint, booked_on date, receipts jsonb) returns void language plpgsql as $$
begin
  drop table if exists pg_temp.batch;
  create temp table batch on commit drop as
  select received.batch_id as id, '18_eltax_payments' as topic, received.booked_on as business_date, 'kakari' as actor;
  perform ledger.begin_journal();
  perform ledger.begin_receipts();
  insert into incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
  select (r ->> 0)::bigint, (r ->> 1)::bigint, r ->> 2, (r ->> 3)::date, received.booked_on, (r ->> 4)::bigint, r ->> 5
    from jsonb_array_elements(receipts) with ordinality x (r, nth) order by x.nth;
  perform ledger.book_receipts();
  perform ledger.post_journal();
  drop table journal;
  drop table batch;
end $$;

-- For cases of 12 and 13: each receivable as it stands, and its slips with what eLTAX is still to be told of them. The 確認番号 is random and not shown.
create view slate.receivables as
select a.id as "調定", r.assessment_no as "調定番号", a.source_key as "管理番号", case when a.cancelled_at is null then '' else '取消' end as "受付取消",
       r.assessed as "調定額", r.received as "収入済", r.unpaid as "未収", r.due_on as "納期限",
       s.issue as "発行", s.case_key as "案件特定キー", s.amount as "納付書額", s.due_on as "納付書納期限", s.pay_limit_on as "支払期限", s.state as "納付書", s.void_reason as "廃止理由",
       (select string_agg(n.action || ' ' || n.state, ', ' order by n.id) from ledger.slip_notice n where n.slip_id = s.id) as "納付書情報"
  from ledger.assessment a
  left join ledger.receivable r on r.id = a.id
  left join ledger.payment_slip s on s.assessment_id = a.id
 where a.action = '1';

-- For cases of 14 and 15: a small ledger, fees of two sections.
create function slate.two_sections() returns void language plpgsql as $$
begin
  insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
    fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
  select v.id, 900, v.id, 2026, v.amount, v.amount, '2026-10-05', '2026-10-30', '2026-10-30', v.source, v.source_key, '1',
         '01', v.line, v.organization, '1', '0', '1', '1540017', v.reason, '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9'
    from (values (4567, 6000, 'SKS', '2026-CV-000101', '2105010101', '12030000', '陶芸教室受講料(後期)'),
                 (4568, 4500, 'SKS', '2026-CV-000102', '2105010101', '12030000', '生涯大学受講料'),
                 (4569, 3000, 'SKS', '2026-CV-000103', '2105010101', '12030000', '市民大学受講料(後期)'),
                 (4570, 5200, 'SHF', '2026-DV-000201', '1201010501', '15020000', '利用者負担金(2026年9月分)')) v (id, amount, source, source_key, line, organization, reason);
  perform slate.assessed();
end $$;

-- For cases of 14 and 15: the chain of every receivable beside what is decided about its money, and the extracts.
create view slate.clearings as
select 1 as part, a.id, 0 as no, '調定' as "何", ledger.assessment_no(a.fiscal_year, a.id) as "対象", a.due_on as "日", v.assessed as "円",
       concat_ws('  ', a.source_key, '収入 ' || v.received, '欠損 ' || nullif(v.written_off, 0), '未収 ' || v.unpaid,
           '過誤納 ' || (select sum(o.amount) from ledger.overpayment o where o.assessment_id = a.id and o.state = 'open')) as "内容"
  from ledger.assessment a join ledger.receivable v on v.id = a.id
union all
select 2, x.id, 0, '処理', coalesce(ledger.assessment_no(a.fiscal_year, a.id), '収入未整理 ' || x.unallocated_id), x.settled_on, x.amount,
       concat_ws('  ', case x.kind when '1' then '整理' when '3' then '還付' when '4' then '充当' else '不納欠損' end,
           '→ ' || ledger.assessment_no(t.fiscal_year, t.id), x.reason, '取消 ' || x.undone_on)
  from ledger.settlement x
  left join ledger.assessment a on a.id = x.assessment_id
  left join ledger.assessment t on t.id = x.to_assessment_id
union all
select 2, k.assessment_id, k.fiscal_year, '繰越', ledger.assessment_no(a.fiscal_year, a.id), k.carried_on, k.amount,
       concat_ws('  ', k.fiscal_year || '年度', k.budget_line, k.reason)
  from ledger.carried_receivable k join ledger.assessment a on a.id = k.assessment_id
union all
select 3, e.file_id, 0, '抽出', e.target || ' ' || e.number, f.business_date, f.total, concat_ws('  ', 'ファイル' || e.file_id, f.state, case when e.voided then '取消済' end)
  from ledger.clearing_extract e join export.file f on f.id = e.file_id;

-- For cases of 07 and 08: a tender of the ward for cleaning its second building, and who may bid. `differs`: columns that are otherwise.
create function slate.tender(no text, differs jsonb default '{}', nominees text[] default '{0012345678,0012345679,0012345680}', why text default '区内業者',
                             approved boolean default true) returns void language plpgsql as $$
begin
  perform ledger.open_tender('{"fiscal_year": 2026, "fund": "01", "budget_line": "0201030212", "organization": "05020000", "family": "2", "method": "3",
    "title": "庁舎清掃業務委託（別館）", "category": "0101", "grade_range": "AB", "place": "世田谷区役所第二庁舎", "work_from": "2026-10-01", "work_to": "2027-03-31",
    "published_on": "2026-09-01", "closes_at": "2026-09-15T17:00:00+09:00", "opens_at": "2026-09-18T10:00:00+09:00", "has_floor": true,
    "contact": "経理課契約係", "reserved": 6050000}' || differs || jsonb_build_object('no', tender.no), 'kian', '2026-08-20');
  if nominees <> '{}' then
    perform ledger.nominate(tender.no, nominees, why, 'kian');
  end if;
  if approved then
    perform ledger.approve_tender(tender.no, 'kacho', '2026-08-24');
  end if;
end $$;

-- The same, approved while nothing barred it yet: now something does.
create function slate.tender_barred_since(no text, differs jsonb default '{}', nominees text[] default '{0012345678,0012345679,0012345680}')
returns void language plpgsql as $$
begin
  perform slate.tender(tender_barred_since.no, differs, nominees, approved => false);
  update ledger.tender t set state = 'approved', approved_by = 'kacho', approved_at = now() where t.no = tender_barred_since.no;
  insert into ledger.tender_notice (tender_no, version, approved_by) values (tender_barred_since.no, 1, 'kacho');
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
