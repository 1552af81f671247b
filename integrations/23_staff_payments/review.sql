-- The file counted again from the parts of the orders and from the journal, not from what select.sql wrote.

with item as (
    select e.cancel, s.id as payment_id, s.tax_column, e.happened_on, v.sign * s.taxable as taxable, v.sign * s.withheld as withheld,
           v.sign * (s.taxable + s.nontaxable - s.social - s.withheld) as paid
      from export.claim c
      join ledger.staff_payment_event e on e.id = c.object_id
      join ledger.staff_payment s on s.id = e.payment_id
     cross join lateral (values (case when e.cancel then -1 else 1 end)) v (sign)
     where c.file_id = (select file_id from run) and c.object = 'staff_payment_event'
), held as (
    -- 歳入歳出外現金 of these payments, less what it holds for what this file does not tell of them.
    select (select coalesce(sum(h.yen), 0) from ledger.staff_tax_held h where h.payment_id in (select payment_id from item))
         - (select coalesce(sum(case when e.cancel then -s.withheld else s.withheld end), 0)
              from ledger.staff_payment_event e
              join ledger.staff_payment s on s.id = e.payment_id
             where s.id in (select payment_id from item)
               and not exists (select from export.claim c where c.file_id = (select file_id from run) and c.object = 'staff_payment_event' and c.object_id = e.id)) as yen
), row as (
    select 1 as part, '' as key, '差引支払額の合計' as label_ja, 'total paid' as label_en, count(*) as count, coalesce(sum(paid), 0)::bigint as yen from item
    union all
    select 2, tax_column, '課税支給額 ' || n.ja, 'taxable, column ' || n.en, count(*), sum(taxable)::bigint
      from item join (values ('1', '甲', 'ko'), ('2', '乙', 'otsu'), ('3', '丙', 'hei')) n (code, ja, en) on n.code = tax_column
     group by tax_column, n.ja, n.en
    union all
    select 3, '', 'うち取消（戻入）', 'of which returned', count(*), sum(paid)::bigint from item where cancel having count(*) > 0
    union all
    select 4, to_char(happened_on, 'YYYY-MM'), '月 ' || to_char(happened_on, 'YYYY-MM'), 'month ' || to_char(happened_on, 'YYYY-MM'), count(*), sum(paid)::bigint
      from item group by to_char(happened_on, 'YYYY-MM')
    union all
    select 5, '', '源泉徴収税額', 'tax withheld', count(*) filter (where withheld <> 0), coalesce(sum(withheld), 0)::bigint from item
    union all
    select 6, '', '歳入歳出外現金（仕訳から）', 'off-budget cash (from the journal)', (select count(*) filter (where withheld <> 0) from item), yen::bigint from held
)
select label_ja, label_en, count, yen from row order by part, key
