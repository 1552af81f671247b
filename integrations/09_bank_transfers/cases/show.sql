-- What became of the orders, of a great many the first; then what the bank said of accounts.
(select no as "支出命令", creditor as "債権者", amount as "支出額", pay_date as "支払日", state as "状態" from ledger.payment_order order by no limit 20)
union all
(select concat_ws('-', '口座', k.bank, k.branch, k.kind, k.number), k.creditor, null, c.answered_on, '回答' || c.answer || case when c.file_id is null then ' 手で' else '' end
   from ledger.account_check c join ledger.creditor_account k on k.id = c.account_id order by c.id)
