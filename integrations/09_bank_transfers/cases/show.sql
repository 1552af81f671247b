-- What became of the orders; of a great many the first.
select no as "支出命令", creditor as "債権者", amount as "支出額", pay_date as "支払日", state as "状態" from ledger.payment_order order by no limit 20
