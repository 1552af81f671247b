-- What the files changed: organizations and who follows whom, open items and who carries them on 1 April 2027, people, posts, tasks.
with shown as (
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
      from ledger.reassignment_task t left join ledger.open_reassignment w on w.id = t.id
)
select "種別", "コード", "名称", "から", "まで", "内容" from shown order by part, seq
