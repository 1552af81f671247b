-- The chain of every receivable beside what is decided about its money, and the extracts.
select w.what as "何", w.who as "対象", w.day as "日", w.yen as "円", w.text as "内容"
  from (select 1 as part, a.id, 0 as no, '調定' as what, ledger.assessment_no(a.fiscal_year, a.id) as who, a.due_on as day, v.assessed as yen,
               concat_ws('  ', a.source_key, '収入 ' || v.received, '欠損 ' || nullif(v.written_off, 0), '未収 ' || v.unpaid,
                   '過誤納 ' || (select sum(o.amount) from ledger.overpayment o where o.assessment_id = a.id and o.state = 'open')) as text
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
          from ledger.clearing_extract e join export.file f on f.id = e.file_id) w
 order by w.part, w.what, w.id, w.no
