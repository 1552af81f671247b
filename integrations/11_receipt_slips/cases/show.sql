-- Each slip and where its money went; before them the totals of the day, behind them what the sections are told (消込).
select w.what as "種別", w.day as "取扱日", w.branch as "店番", w.no as "番号", w.kind as "資金", w.year as "年度", w.fund as "会計", w.amount as "金額", w.items as "件数",
       w.receivable as "調定番号", w.cleared as "消込", w.overpaid as "過誤納", w.unallocated as "未整理", w.cause as "未整理の理由", w.state as "状態"
  from (select 1 as part, t.id, '日計 ' || t.version || '版' as what, t.handled_on as day, t.bank_branch as branch, '' as no, t.money_kind as kind, t.fiscal_year as year,
               t.fund, t.amount, t.items, null as receivable, null::bigint as cleared, null::bigint as overpaid, null::bigint as unallocated, null as cause,
               case when t.cancelled_at is not null then '取消' when f.id is null then '差替済' else '' end as state
          from ledger.daily_total t left join ledger.daily_total_in_force f on f.id = t.id
        union all
        select 2, s.id, case s.cancel when '1' then '金票取消' else '金票' end, s.handled_on, s.bank_branch, s.slip_no, s.money_kind, s.fiscal_year, s.fund, s.amount, s.items,
               v.assessment_no || ' 未収 ' || v.unpaid, r.cleared, r.overpaid, r.unallocated, u.cause,
               concat_ws(' ', case when s.cancelled_at is not null then '受付取消' end, case when r.cancelled_at is not null then '収入取消' end,
                   (select 'eL-QR ' || string_agg(p.state, ',' order by p.id) from ledger.payment_slip p where p.assessment_id = r.assessment_id))
          from ledger.receipt_slip s
          left join ledger.receipt r on r.id = s.receipt_id
          left join ledger.receivable v on v.id = r.assessment_id
          left join ledger.unallocated_receipt u on u.receipt_id = r.id
        union all
        select 3, k.id, '消込 ' || k.no, k.booked_on, '', '', '', k.fiscal_year, k.fund, k.amount, null, k.assessment_no || ' 収入済 ' || k.received_total, null, null, null,
               null, case k.kind when '1' then '収納' when '2' then '取消' else k.kind end
          from ledger.clearing_event k) w
 order by w.part, w.id
