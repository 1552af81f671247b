-- The order beside the last one that left: by what eLTAX is told, by fee item and by the month in which the payment ends.
with item as (
    select c.file_id in (select file_id from present) as now, n.action, s.fee_item, to_char(s.pay_limit_on, 'YYYY-MM') as ends, s.amount
      from export.claim c
      join ledger.slip_notice n on n.id = c.object_id
      join ledger.payment_slip s on s.id = n.slip_id
     where c.object = 'slip_notice' and c.file_id in (select file_id from present union all select file_id from previous)
), by_part as (
    select p.part, p.key, count(*) filter (where now) as count, sum(i.amount) filter (where now) as yen,
           count(*) filter (where not now) as count_before, sum(i.amount) filter (where not now) as yen_before
      from item i
     cross join lateral (values (1, i.action), (2, i.fee_item), (3, i.ends)) p (part, key)
     group by p.part, p.key
)
select n.ja, n.en, coalesce(a.ja, b.key || ' ' || f.name, b.key), coalesce(a.en, b.key), b.count, b.yen, b.count_before, b.yen_before
  from by_part b
  join (values (1, '処理区分', 'action'), (2, '料金種別', 'fee item'), (3, '支払期限の月', 'month of the pay limit')) n (part, ja, en) using (part)
  left join (values ('1', '新規', 'new'), ('2', '変更', 'changed'), ('3', '取消', 'cancelled')) a (code, ja, en) on b.part = 1 and a.code = b.key
  left join ledger.eltax_fee_item f on b.part = 2 and f.code = b.key
 order by b.part, b.key
