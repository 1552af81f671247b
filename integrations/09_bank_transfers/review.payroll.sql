-- What the approver sees of a payroll file: sums only, no person. Counted again from the lists, beside what 20 says.

with item as (
    select t.id, t.run_id, t.staff_no, t.bank, t.amount, t.held_in, coalesce(t.pay_date, r.pay_date) as pay_date, r.pay_month, r.pay_kind
      from export.claim c
      join ledger.payroll_transfer t on t.id = c.object_id
      join ledger.payroll_run r on r.id = t.run_id
     where c.file_id = (select file_id from run) and c.object = 'payroll_transfer'
), pay as (
    select distinct i.run_id, i.pay_month, i.pay_kind from item i
), row as (
    select 1 as part, '' as key, '合計' as label_ja, 'total' as label_en, count(*) as count, coalesce(sum(amount), 0)::bigint as yen from item
    union all
    select 2, pay_date::text, '支払日 ' || pay_date, 'pay date ' || pay_date, count(*), sum(amount)::bigint from item group by pay_date
    union all
    select 3, '', '職員数', 'persons', count(distinct staff_no), sum(amount)::bigint from item
    union all
    -- Not bank by bank: a bank may have one person, and then its sum is that person's pay.
    select 4, case when own then '1' else '2' end, case when own then '自行' else '他行' end, case when own then 'the ward''s bank' else 'other banks' end,
           count(*), sum(amount)::bigint
      from (select i.*, i.bank = (select value from setting where key = 'own_bank') as own, b.least
              from item i
             cross join (select min(n) as least from (select count(distinct staff_no) as n from item group by bank = (select value from setting where key = 'own_bank')) p) b) i
     where least > 1 group by own
    union all
    select 5, p.pay_month || p.pay_kind, concat_ws(' ', '差引支給（口座）', p.pay_month, ledger.payroll_kind_name(p.pay_kind)),
           concat_ws(' ', 'net pay to accounts', p.pay_month, p.pay_kind), n.heads, n.amount
      from pay p join ledger.payroll_net n on n.run_id = p.run_id and n.method = '1'
    union all
    select 6, p.pay_month || p.pay_kind, concat_ws(' ', 'うちどのファイルにもないもの', p.pay_month, ledger.payroll_kind_name(p.pay_kind)),
           concat_ws(' ', 'of these in no file', p.pay_month, p.pay_kind), count(*), sum(t.amount)::bigint
      from pay p
      join ledger.payroll_credit t on t.run_id = p.run_id and t.repays is null
     where not exists (select from export.claim c where c.object = 'payroll_transfer' and c.object_id = t.id and c.live)
     group by p.pay_month, p.pay_kind
    union all
    select 7, '', 'このファイルで記帳する支出命令', 'orders booked with this file', count(*), sum(p.amount)::bigint
      from export.claim c join ledger.payment_order p on p.id = c.object_id
     where c.file_id = (select file_id from run) and c.object = 'payment_order' having count(*) > 0
    union all
    -- Moved after the orders were booked, or paid once more. Not of one person among others, whose pay it would be.
    select 8, '', '歳入歳出外現金から払い出すもの（未送付・再振込）', 'paid out of off-budget cash (moved, or once more)', count(*), sum(amount)::bigint
      from item where held_in is not null having count(distinct staff_no) > 1 or count(*) > 0 and count(*) = (select count(*) from item)
    union all
    select 9, '', 'この依頼の全' || max(f.parts) || 'ファイル', 'all ' || max(f.parts) || ' files of the order', sum(f.count)::bigint, sum(f.total)::bigint
      from export.file f where f.run = (select id from run) having max(f.parts) > 1
)
select label_ja, label_en, count, yen from row order by part, key
