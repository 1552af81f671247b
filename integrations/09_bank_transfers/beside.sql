-- In no file, this one included: nobody is going to pay them (renkei ledger reschedule).
select '支払日を過ぎた未送付' as label_ja, 'pay date passed, not sent' as label_en, count(*) as count, sum(p.amount - p.deducted)::bigint as yen
  from ledger.payment_order p
 where p.pay_date < (select today from run) and p.state = 'approved' and p.method = 'transfer' having count(*) > 0
