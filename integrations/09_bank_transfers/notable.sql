-- Payments worth a second look. Nothing here is wrong in itself; a stolen or doubled payment looks like this.
with item as (
    select p.id, p.no, p.creditor, c.name, p.amount - p.deducted as amount, p.pay_date, k.bank, k.branch, k.kind, k.number
      from claimed x
      join ledger.payment_order p on p.id = x.object_id
      join ledger.creditor c on c.no = p.creditor
      left join ledger.creditor_account k on k.id = p.account_id
     where x.object = 'payment_order'
), payee as (
    -- The last transfer that left for each payee, however long ago; none: what was debited or paid at the counter is another way to be paid.
    select c.creditor, l.id is not null as paid_before, l.pay_date, l.bank, l.branch, l.kind, l.number
      from (select distinct creditor from item) c
      left join lateral (
          select p.id, p.pay_date, k.bank, k.branch, k.kind, k.number
            from ledger.payment_order p
            left join ledger.creditor_account k on k.id = p.account_id
           where p.creditor = c.creditor and p.state in ('released', 'paid') and p.method = 'transfer' and p.id not in (select id from item)
           order by p.pay_date desc, p.id desc limit 1) l on true
), usual as (
    -- What left for these payees in the thirteen months before (a yearly payment is among them), other files than this one. Payee by payee
    -- over an index: after a release nobody has counted yet how many orders have left.
    select b.creditor, e.payments, e.least, e.most
      from payee b
     cross join lateral (
         select count(*) as payments, min(p.amount - p.deducted) as least, max(p.amount - p.deducted) as most
           from ledger.payment_order p
          where p.creditor = b.creditor and p.state in ('released', 'paid') and p.method = 'transfer' and p.id not in (select id from item)
            and p.pay_date >= (select min(pay_date) from item) - interval '13 months') e
     where b.paid_before
), alike as (
    -- To the same accounts, whosever they are: an account may stand under several creditors. In other files that left, or wait to. Account by
    -- account over two indexes: joined freely, the planner compares each with all.
    select o.*
      from (select distinct bank, branch, kind, number from item) a
     cross join lateral (
         select p.no, p.amount - p.deducted as amount, p.pay_date, k.bank, k.branch, k.kind, k.number
           from ledger.creditor_account k
           join ledger.payment_order p on p.creditor = k.creditor and p.account_id = k.id
          where (k.bank, k.branch, k.kind, k.number) = (a.bank, a.branch, a.kind, a.number)
            and p.state in ('in_file', 'released', 'paid') and p.method = 'transfer' and p.id not in (select id from item)
            and p.pay_date between (select min(pay_date) from item) - 20 and (select max(pay_date) from item) + 20
         offset 0) o
), lined_up as (
    -- Amount by amount of an account, in the order of the days: what is paid twice stands next to itself.
    select c.*, lag(no) over twins as no_before, lag(pay_date) over twins as day_before, lead(no) over twins as no_behind,
           lead(pay_date) over twins as day_behind
      from (select id, no, amount, pay_date, bank, branch, kind, number from item where number is not null
            union all
            select null, no, amount, pay_date, bank, branch, kind, number from alike) c
    window twins as (partition by bank, branch, kind, number, amount order by pay_date, no)
), double as (
    -- Within twenty days: what is paid every month in the same amount is no news.
    select id, case when day_before >= pay_date - 20 then no_before else no_behind end as other
      from lined_up
     where id is not null and (day_before >= pay_date - 20 or day_behind <= pay_date + 20)
), factor as (
    select coalesce((select value from setting where key = 'usual_factor')::numeric, 3) as times
), marked as (
    select 'PAYMENT_TO_NEW_PAYEE' as code, i.*, jsonb_build_object() as more
      from item i
      join payee b using (creditor)
     where not b.paid_before
    union all
    select 'PAYMENT_TO_CHANGED_ACCOUNT', i.*, jsonb_build_object('before', concat_ws('-', b.bank, b.branch, b.kind, b.number), 'last', b.pay_date)
      from item i
      join payee b using (creditor)
     where b.paid_before and (b.bank, b.branch, b.kind, b.number) is distinct from (i.bank, i.branch, i.kind, i.number)
    union all
    select 'PAYMENT_UNUSUAL', i.*, jsonb_build_object('payments', u.payments, 'least', u.least, 'most', u.most)
      from item i
      join usual u using (creditor)
     cross join factor f
     where u.payments >= 3 and (i.amount > u.most * f.times or i.amount * f.times < u.least)
    union all
    -- Ten digits are all a record has: more than this was not written, and may have been meant.
    select 'PAYMENT_AT_FIELD_LIMIT', i.*, jsonb_build_object() from item i where i.amount = 9999999999
    union all
    select 'PAYMENT_LOOKS_DOUBLE', i.*, jsonb_build_object('other', d.other) from item i join double d using (id)
)
select code, 'payment_order', id, amount,
       jsonb_build_object('order', no, 'creditor', creditor, 'name', name, 'amount', amount,
                          'account', concat_ws('-', bank, branch, kind, number)) || more
  from marked
