-- The orders and their commitments, then the charges they carry.
with orders as (
    select 1 as part, p.id, p.batch_id as "受付", '支出命令 ' || p.no as "何", p.amount as "円", p.state as "状態", p.pay_date as "日", p.method as "方法",
           concat_ws('  ', p.fund || '-' || p.budget_line, p.organization, '債権者 ' || p.creditor, p.memo,
               '負担行為 ' || c.no || ' ' || c.amount || ' ' || c.state || ' ' || c.committed_on) as "内容"
      from ledger.payment_order p left join ledger.commitment c on c.no = p.commitment
), charges as (
    select 2, u.id, u.batch_id, '引落 ' || u.contract_no, u.amount, case when u.cancelled_at is null then '' else '取消' end, u.debit_date, '',
           concat_ws('  ', '行' || u.line, k.name, '顧客番号「' || u.customer_no || '」', c.title, c.facility, u.billing_month, p.no)
      from ledger.utility_charge u
      join ledger.utility_collector k on k.code = u.collector
      join ledger.utility_contract c on c.id = u.contract_id
      join ledger.payment_order p on p.id = u.payment_order
)
select "受付", "何", "円", "状態", "日", "方法", "内容" from (table orders union all table charges) t order by part, id
