-- What the approver sees: the file's orders counted again from the ledger, not from what select.sql wrote.

with item as (
    select p.*, k.bank
      from ledger.payment_order p
      join export.claim c on c.object = 'payment_order' and c.object_id = p.id
      left join ledger.creditor_account k on k.creditor = p.creditor and p.pay_date between k.valid_from and k.valid_to
     where c.file_id = (select file_id from run)
)
select '合計' as label_ja, 'total' as label_en, count(*) as count, coalesce(sum(amount), 0)::bigint as yen from item
union all
select * from (select '支払日 ' || pay_date, 'pay date ' || pay_date, count(*), sum(amount)::bigint from item group by pay_date order by pay_date) d
union all
select * from (select '会計 ' || fund, 'fund ' || fund, count(*), sum(amount)::bigint from item group by fund order by fund) f
union all
select * from (select '銀行 ' || bank, 'bank ' || bank, count(*), sum(amount)::bigint from item group by bank order by bank) b;
