-- What the approver sees: the file's orders counted again from the ledger, not from what select.sql wrote.

with item as (
    select p.id, p.amount - p.deducted as amount, p.pay_date, p.paid_on, p.fund, p.repays, k.bank, k.branch, k.kind, k.number
      from export.claim c
      join ledger.payment_order p on p.id = c.object_id
      left join ledger.creditor_account k on k.id = p.account_id
     where c.file_id = (select file_id from run) and c.object = 'payment_order'
), twin as (
    select sum(amount)::bigint as amount, count(*) as count from item group by bank, branch, kind, number, amount having count(*) > 1
), nameless as (
    select x.bank, x.branch, x.paid_on
      from (select distinct bank, branch, paid_on from item) x
      join ledger.institution i on i.bank = x.bank and x.paid_on between i.valid_from and i.valid_to
      join ledger.branch b on (b.bank, b.branch) = (x.bank, x.branch) and x.paid_on between b.valid_from and b.valid_to
     where (select value from setting where key = 'names_filled') = 'yes' and (ledger.bank_file_name(i.kana) is null or ledger.bank_file_name(b.kana) is null)
), row as (
    select 1 as part, '' as key, '合計' as label_ja, 'total' as label_en, count(*) as count, coalesce(sum(amount), 0)::bigint as yen from item
    union all
    select 2, pay_date::text, '支払日 ' || pay_date, 'pay date ' || pay_date, count(*), sum(amount)::bigint from item group by pay_date
    union all
    select 3, fund, '会計 ' || i.fund || ' ' || f.name, 'fund ' || i.fund, count(*), sum(amount)::bigint
      from item i join ledger.fund f on f.code = i.fund group by i.fund, f.name
    union all
    select 4, bank, '銀行 ' || bank, 'bank ' || bank, count(*), sum(amount)::bigint from item group by bank
    union all
    select 5, '', 'この依頼の全' || max(f.parts) || 'ファイル', 'all ' || max(f.parts) || ' files of the order', sum(f.count)::bigint, sum(f.total)::bigint
      from export.file f where f.run = (select id from run) having max(f.parts) > 1
    union all
    -- Not wrong in itself, but the mark of an invoice paid twice.
    select 6, '', '同じ口座に同じ金額', 'same account and amount', sum(count)::bigint, sum(amount)::bigint from twin having count(*) > 0
    union all
    select 5, 'again', '再振込', 'paid once more', count(*), sum(amount)::bigint from item where repays is not null having count(*) > 0
    union all
    -- The bank goes by the code; its people see a blank where they are used to a name.
    select 6, 'name', '銀行名・支店名が入らず空欄', 'bank or branch name does not fit, left blank', count(*), sum(amount)::bigint
      from item join nameless using (bank, branch, paid_on) having count(*) > 0
    union all
    -- The release refuses such a file: void it and make another.
    select 7, '', '作成後に支払先が無効', 'payee invalid since it was made', count(*), sum(amount)::bigint
      from ledger.payees_invalid((select file_id from run), (select value from setting where key = 'non_business_day')) having count(*) > 0
)
select label_ja, label_en, count, yen from row order by part, key
