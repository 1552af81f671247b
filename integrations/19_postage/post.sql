-- The reading and its uses; for each section and its line of 節11 one commitment and one draft order to the postal company (支出負担行為兼命令).
-- No journal: the expense is booked when a second person approves the orders.

create temp table reading on commit drop as
select s.*, m.creditor, s.closing < s.opening as rolled_over, ledger.fiscal_year(to_date(s.month || '-01', 'YYYY-MM-DD')) as fiscal_year,
       (to_date(s.month || '-01', 'YYYY-MM-DD') + interval '1 month - 1 day')::date as last_day,
       ledger.postage_pay_day(s.month, b.business_date) as pay_day,
       concat('郵便料金 ', to_char(to_date(s.month || '-01', 'YYYY-MM-DD'), 'YYYY"年"FMMM"月分"'), ' 計器 ', s.meter_no) as title
  from staged_meter s cross join batch b join ledger.postage_meter m on m.meter_no = s.meter_no;

insert into ledger.postage_reading (month, meter_no, opening, closing, used, rolled_over, batch_id, line)
select month, meter_no, opening, closing, used, rolled_over, (select id from batch), line from reading;

create temp table grouped on commit drop as
select g.*, ledger.next_commitment_no(g.fiscal_year) as commitment, ledger.next_payment_order_no(g.fiscal_year) as order_no
  from (select r.fiscal_year, p.fund, p.budget_line, d.organization, r.creditor, r.title, r.pay_day, min(d.line) as line, sum(d.amount)::bigint as amount
          from staged_detail d cross join reading r
          join ledger.postage_budget p on p.organization = d.organization and r.last_day between p.valid_from and p.valid_to
         group by r.fiscal_year, p.fund, p.budget_line, d.organization, r.creditor, r.title, r.pay_day
         order by min(d.line)) g;

insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, batch_id, line)
select g.commitment, g.fiscal_year, g.fund, g.budget_line, g.organization, g.creditor, g.title, g.amount,
       -- Bound within its year: what March used is bound on 31 March.
       least(b.business_date, make_date(g.fiscal_year + 1, 3, 31)), b.id, g.line
  from grouped g cross join batch b order by g.line;

insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, memo, made_by, batch_id, line)
select g.order_no, g.fiscal_year, g.fund, g.budget_line, g.organization, g.creditor, g.commitment, g.amount, g.pay_day, g.title, b.actor, b.id, g.line
  from grouped g cross join batch b order by g.line;

insert into ledger.postage_use (reading_id, organization, kind, weight_g, unit_price, qty, amount, payment_order, batch_id, line)
select r.id, d.organization, d.kind, d.weight_g::int, d.unit_price, d.qty, d.amount, p.id, b.id, d.line
  from staged_detail d cross join batch b
  join ledger.postage_reading r on r.batch_id = b.id
  join grouped g using (organization)
  join ledger.payment_order p on p.no = g.order_no
 order by d.line;

insert into posted (line, object, object_id, yen)
select u.line, 'postage_use', u.id, u.amount from ledger.postage_use u where u.batch_id = (select id from batch);
