-- What became of the orders and of the accounts they were sent to.
(select o.no as "支出命令", o.amount as "支出額", o.pay_date as "支払日", o.state as "状態", r.reason as "事由", r.returned_on as "返戻日",
       r.in_deposit as "歳計外", o.repays is not null as "再振込",
       (select string_agg(concat_ws('-', k.bank, k.branch, k.kind, k.number) || coalesce(' 不能' || k.unpayable_reason, ''), ' → ' order by k.valid_from)
          from ledger.creditor_account k where k.creditor = o.creditor) as "口座"
  from ledger.payment_order o
  left join ledger.payment_result r on r.order_id = o.id and r.cancelled_at is null and r.outcome = 'returned'
 order by o.no limit 20)
union all
-- Pay that came back: no order does.
(select '給与返戻' || r.id, t.amount, p.pay_date, case when r.paid_again_on is null then r.outcome else 'paid again' end, r.reason, r.returned_on, r.outcome = 'returned', r.paid_again_on is not null,
        concat_ws('-', t.bank, t.branch, t.account_kind, t.account)
   from ledger.payroll_result r join ledger.payroll_transfer t on t.id = r.transfer_id join ledger.payroll_run p on p.id = t.run_id
  where r.cancelled_at is null order by r.id)
