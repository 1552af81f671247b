-- Every version a file brought, then whom the vendors are paid as, then on which days they may be selected for what they are qualified for.
with version as (
    select 1 as rank, r.vendor, '登録' as kind, r.name || case when r.has_agent then '（受任者 ' || r.agent_name || '）' else '' end as content,
           r.qualified_from as from_day, r.qualified_to as to_day, r.action, r.updated_at, r.ended_on, r.superseded_by, r.cancelled_at, r.batch_id, r.line
      from ledger.vendor_registration r
    union all
    select 2, q.vendor, '種目', q.family || '-' || q.category || coalesce(' ' || q.grade, '') || coalesce(' P' || q.score, '')
               || coalesce(' ' || q.completed_max || '円', ''),
           q.valid_from, q.valid_to, q.action, q.updated_at, q.ended_on, q.superseded_by, q.cancelled_at, q.batch_id, q.line
      from ledger.vendor_qualification q
    union all
    select 3, p.vendor, '停止', p.reason || coalesce(' ' || p.local_body, ''), p.starts_on, p.ends_on, p.action, p.updated_at, p.ended_on,
           p.superseded_by, p.cancelled_at, p.batch_id, p.line
      from ledger.vendor_suspension p
), touched as (
    select distinct vendor from version where batch_id is not null
), shown as (
    select rank, vendor, kind, content, from_day::text as "から", coalesce(to_day::text, '期限なし') as "まで", action as "処理",
           ledger.moment(updated_at) as "更新日時",
           concat_ws(' ', case when cancelled_at is not null then '取消済' when superseded_by is not null then '旧版' else '現在' end,
                     ended_on || 'から終了') as "状態",
           batch_id as "受付", line as "行", updated_at as at
      from version where vendor in (select vendor from touched)
    union all
    select 4, v.no, '債権者', concat_ws(' ', k.no, k.name, k.kana, k.corporate_number, k.invoice_number), null, null,
           null, null, case when k.no is null then '未定' when exists (select from ledger.creditor_account a where a.creditor = k.no) then '口座あり' else '口座なし' end,
           k.batch_id, k.line, null
      from ledger.vendor v left join ledger.creditor k on k.no = v.creditor where v.no in (select vendor from touched)
    union all
    -- One row for each day on which it changes whether the vendor may be selected.
    select 5, f.vendor, '選定', f.part, f.day::text, null, null, null, f.said, null, null, f.day::timestamptz
      from (select a.*, lag(a.said) over (partition by a.vendor, a.part order by a.day) as before
              from (select q.vendor, q.family || '-' || q.category as part, d.day,
                           case ledger.vendor_fault(q.vendor, q.family, q.category, d.day)
                               when 'VENDOR_UNKNOWN' then '登録なし' when 'VENDOR_ENDED' then '登録終了' when 'VENDOR_NOT_QUALIFIED' then '資格なし'
                               when 'VENDOR_SUSPENDED' then '停止中' else '可' end as said
                      from (select distinct vendor, family, category from ledger.vendor_qualification where vendor in (select vendor from touched)) q
                     cross join lateral (
                         select v.from_day as day from version v where v.vendor = q.vendor and v.cancelled_at is null
                         union select v.to_day + 1 from version v where v.vendor = q.vendor and v.cancelled_at is null
                         union select v.ended_on from version v where v.vendor = q.vendor and v.cancelled_at is null) d
                     where d.day is not null) a) f
     where f.said is distinct from f.before
)
select vendor as "受付番号", kind as "種類", content as "内容", "から", "まで", "処理", "更新日時", "状態", "受付", "行"
  from shown order by vendor, rank, content collate "C", at, "受付" nulls first, "行"
