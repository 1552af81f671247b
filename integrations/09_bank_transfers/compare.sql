-- The order beside the last one that left, by pay date, fund and bank: counted from the orders behind the claims of both.
with item as (
    select c.file_id in (select file_id from present) as now, p.amount - p.deducted as amount, p.pay_date::text as pay_date, p.fund, k.bank
      from export.claim c
      join ledger.payment_order p on p.id = c.object_id
      left join ledger.creditor_account k on k.id = p.account_id
     where c.object = 'payment_order' and c.file_id in (select file_id from present union all select file_id from previous)
), by_part as (
    select p.part, p.key, count(*) filter (where now) as count, sum(i.amount) filter (where now) as yen,
           count(*) filter (where not now) as count_before, sum(i.amount) filter (where not now) as yen_before
      from item i
     cross join lateral (values (1, i.pay_date), (2, i.fund), (3, i.bank)) p (part, key)
     group by p.part, p.key
)
select n.ja, n.en, coalesce(b.key || ' ' || f.name, b.key, '—'), coalesce(b.key, '—'), b.count, b.yen, b.count_before, b.yen_before
  from by_part b
  join (values (1, '支払日', 'pay date'), (2, '会計', 'fund'), (3, '銀行', 'bank')) n (part, ja, en) using (part)
  left join ledger.fund f on b.part = 2 and f.code = b.key
 order by b.part, b.key nulls last
