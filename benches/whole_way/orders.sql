-- bench.orders approved payment orders to invented creditors, all due on one day. The ward's own branch is that of the bank's
-- profile; banks the schema came with stay as they are.

insert into ledger.institution (bank, valid_from, name, kana, reason)
select lpad(n::text, 4, '0'), '2000-04-01', '見本銀行' || n, 'ﾐﾎﾝ' || n, 'initial' from generate_series(1, 20) n on conflict do nothing;

insert into ledger.branch (bank, branch, valid_from, name, kana, reason)
select lpad(b::text, 4, '0'), lpad(n::text, 3, '0'), '2000-04-01', '見本支店' || n, 'ﾐﾎﾝ' || n, 'initial'
  from generate_series(1, 20) b, generate_series(101, 130) n on conflict do nothing;

create temp table bench_creditor on commit drop as
select n, '9' || lpad(n::text, 9, '0') as no
  from generate_series(1, greatest(1, current_setting('bench.orders')::int / 5)) n;

insert into ledger.creditor (no, name, kana) select no, '株式会社見本' || n, 'カブシキガイシャミホン' from bench_creditor;

insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana)
select no, '2020-04-01', lpad((n % 20 + 1)::text, 4, '0'), (101 + n % 30)::text, '1', lpad(n::text, 7, '0'), 'ｶ)ﾐﾎﾝ' || n
  from bench_creditor;

with pay_day (day) as (
    select ledger.next_business_day((now() at time zone 'Asia/Tokyo')::date + 4, 'bank')
)
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, state, made_by, approved_by, approved_at)
select ledger.next_payment_order_no(ledger.fiscal_year(d.day)), ledger.fiscal_year(d.day), '01', '0201030210', '05020000',
       c.no, 1000 + o.nth % 500 * 110, d.day, '消耗品', 'approved', 'tantosha', 'kakunin', now()
  from generate_series(0, current_setting('bench.orders')::int - 1) o (nth)
 cross join pay_day d
  join bench_creditor c on c.n = o.nth % greatest(1, current_setting('bench.orders')::int / 5) + 1
 order by o.nth;
