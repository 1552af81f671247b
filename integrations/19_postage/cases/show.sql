-- The readings, the orders with their commitments, the medium that carried the file.
with reading as (
    select 1 as part, r.id, r.batch_id as "受付", '計示額 ' || r.month || ' ' || r.meter_no as "何", r.used as "円",
           case when r.cancelled_at is null then '' else '取消' end as "状態", null::date as "日",
           concat_ws('  ', r.opening || ' → ' || r.closing, case when r.rolled_over then '一巡' end) as "内容"
      from ledger.postage_reading r
), orders as (
    select 2, p.id, p.batch_id, '支出命令 ' || p.no, p.amount, p.state, p.pay_date,
           concat_ws('  ', p.fund || '-' || p.budget_line, p.organization, '債権者 ' || p.creditor, p.memo,
               '負担行為 ' || c.no || ' ' || c.amount || ' ' || c.state || ' ' || c.committed_on)
      from ledger.payment_order p left join ledger.commitment c on c.no = p.commitment
), uses as (
    select 3, u.id, u.batch_id, '内訳 ' || u.organization || ' 種別' || u.kind || ' ' || u.weight_g || 'g', u.amount, '', null::date,
           concat_ws('  ', '行' || u.line, u.unit_price || '円 × ' || u.qty || '通', p.no)
      from ledger.postage_use u join ledger.payment_order p on p.id = u.payment_order
), medium as (
    select 4, m.batch_id, m.batch_id, '媒体 ' || m.medium, null::bigint, '', m.accepted_at::date, concat_ws('  ', m.label, '持参 ' || m.bearer, '承認 ' || m.approver)
      from intake.medium m
)
select "受付", "何", "円", "状態", "日", "内容" from (table reading union all table orders union all table uses union all table medium) t order by part, id
