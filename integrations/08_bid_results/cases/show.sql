-- The results, what became of tender and commitment, what the budget line has left, and who bid what.
select 1 as "順", r.tender_no as "案件", r.source || ' ' || ledger.moment(r.opened_at) as "開札",
       case r.outcome when '1' then '落札' when '2' then '不調' when '3' then '中止' when '4' then '取止め' else '保留' end as "結果",
       concat_ws(' ', r.winner, r.winner_name, case when r.creditor is not null then '→債権者 ' || r.creditor end) as "業者",
       r.award_excl as "税抜", r.award_incl as "税込", concat_ws(' ', '予定' || r.planned_excl, '最低' || r.floor_excl, '調査' || r.survey_excl,
           r.rounds || '回', case when r.lottery then 'くじ' end, '決定' || r.decided_on) as "内容",
       case when r.cancelled_at is not null then '取消済' when r.superseded_by is not null then '旧結果' else '現在' end as "状態", r.batch_id as "受付", r.line as "行"
  from ledger.bid_result r
union all
select 2, r.tender_no, null, case b.judgement when '1' then '落札' when '2' then '落選' when '3' then '辞退' when '4' then '不参' when '5' then '失格'
           when '6' then '無効' else '最低制限未満' end,
       concat_ws(' ', b.vendor, b.name), b.amount, null, concat_ws(' ', b.round || '回目', b.remark), null, r.batch_id, b.line
  from ledger.bid b join ledger.bid_result r on r.id = b.result_id
union all
select 3, t.no, null, '案件 ' || t.state, t.title, t.planned_excl, t.reserved, '執行予定額（税込欄）', null, null, null
  from ledger.tender t where t.no in (select tender_no from ledger.bid_result)
union all
select 4, t.no, null, '負担行為 ' || c.state, concat_ws(' ', c.no, case when c.creditor is not null then '債権者 ' || c.creditor end), null, c.amount, c.title, null, c.batch_id, c.line
  from ledger.tender t join ledger.commitment c on c.no = t.commitment where t.no in (select tender_no from ledger.bid_result)
union all
select 5, t.no, null, '負担行為の変更', c.commitment, null, c.delta, c.why || ' ' || c.changed_on, null, c.batch_id, c.line
  from ledger.commitment_change c join ledger.tender t on t.commitment = c.commitment
union all
select 6, null, null, '予算差引残額', b.fund || '-' || b.code, null, ledger.budget_remaining(b.fiscal_year, b.fund, b.code), b.fiscal_year || '年度 予算現額 ' || b.budget, null, null, null
  from ledger.budget_line b
 where exists (select from ledger.tender t join ledger.bid_result r on r.tender_no = t.no where (t.fiscal_year, t.fund, t.budget_line) = (b.fiscal_year, b.fund, b.code))
 order by 1, 2, 10 nulls first, 11, 6
