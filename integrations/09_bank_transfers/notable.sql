-- Payments worth a second look. Nothing here is wrong in itself; a stolen or doubled payment looks like this.
with item as (
    select p.id, p.no, p.creditor, c.name, p.amount - p.deducted as amount, p.pay_date, k.bank, k.branch, k.kind, k.number
      from export.claim x
      join ledger.payment_order p on p.id = x.object_id
      join ledger.creditor c on c.no = p.creditor
      left join ledger.creditor_account k on k.id = p.account_id
     where x.object = 'payment_order' and x.file_id = (select file_id from run)
), earlier as (
    -- What left for these creditors in the thirteen months before (a yearly payment is among them), other files than this one.
    select p.creditor, p.no, p.amount - p.deducted as amount, p.pay_date, k.bank, k.branch, k.kind, k.number,
           row_number() over (partition by p.creditor order by p.pay_date desc, p.id desc) as place
      from ledger.payment_order p
      left join ledger.creditor_account k on k.id = p.account_id
     where p.state in ('released', 'paid') and p.method = 'transfer'
       and p.creditor in (select creditor from item) and p.id not in (select id from item)
       and p.pay_date >= (select min(pay_date) from item) - interval '13 months'
), promised as (
    -- Not sent yet: what other files hold that wait for their approval or release.
    select p.creditor, p.no, p.amount - p.deducted as amount, p.pay_date, k.bank, k.branch, k.kind, k.number
      from ledger.payment_order p
      join ledger.creditor_account k on k.id = p.account_id
     where p.state = 'in_file' and p.method = 'transfer' and p.id not in (select id from item)
       and (k.bank, k.branch, k.kind, k.number) in (select bank, branch, kind, number from item)
), usual as (
    select creditor, count(*) as payments, min(amount) as least, max(amount) as most from earlier group by creditor
), factor as (
    select coalesce((select value from setting where key = 'usual_factor')::numeric, 3) as times
), marked as (
    select 'PAYMENT_TO_NEW_PAYEE' as code, i.*, jsonb_build_object() as more
      from item i
     where not exists (select from ledger.payment_order p
                        where p.creditor = i.creditor and p.state in ('released', 'paid') and p.id not in (select id from item))
    union all
    select 'PAYMENT_TO_CHANGED_ACCOUNT', i.*, jsonb_build_object('before', concat_ws('-', e.bank, e.branch, e.kind, e.number), 'last', e.pay_date)
      from item i
      join earlier e on e.creditor = i.creditor and e.place = 1
     where (e.bank, e.branch, e.kind, e.number) is distinct from (i.bank, i.branch, i.kind, i.number)
    union all
    select 'PAYMENT_UNUSUAL', i.*, jsonb_build_object('payments', u.payments, 'least', u.least, 'most', u.most)
      from item i
      join usual u using (creditor)
     cross join factor f
     where u.payments >= 3 and (i.amount > u.most * f.times or i.amount * f.times < u.least)
    union all
    -- Within twenty days: what is paid every month in the same amount is no news.
    select 'PAYMENT_LOOKS_DOUBLE', i.*, jsonb_build_object('other', min(o.no))
      from item i
      join (select no, creditor, amount, bank, branch, kind, number, pay_date from item
            union all
            select no, creditor, amount, bank, branch, kind, number, pay_date from earlier
            union all
            select no, creditor, amount, bank, branch, kind, number, pay_date from promised) o
        on (o.bank, o.branch, o.kind, o.number, o.amount) = (i.bank, i.branch, i.kind, i.number, i.amount)
       and o.no <> i.no and o.pay_date between i.pay_date - interval '20 days' and i.pay_date + interval '20 days'
     group by i.id, i.no, i.creditor, i.name, i.amount, i.pay_date, i.bank, i.branch, i.kind, i.number
)
select code, 'payment_order', id, amount,
       jsonb_build_object('order', no, 'creditor', creditor, 'name', name, 'amount', amount,
                          'account', concat_ws('-', bank, branch, kind, number)) || more
  from marked
