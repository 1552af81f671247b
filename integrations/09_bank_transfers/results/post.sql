-- What came back is money in the bank again: 現金預金 / 未払金, in the year of the order. Where its books are closed (31 May), on the day it came
-- back or today, when it becomes known, it is held as 歳入歳出外現金 in the year of the day. The order is returned, and an account that would send the next transfer back too is marked.
-- Of a payroll one credit comes back and no order: the money is held as 歳入歳出外現金 at once, until the person is paid in another way.

create temp table matched on commit drop as
select t.*, o.amount as whole, o.deducted, o.state as before, o.fiscal_year, o.fund, o.budget_line, o.organization, o.memo, greatest(t.returned_on, o.paid_on) as booked_on,
       o.from_deposit or not ledger.fiscal_year_takes(o.fiscal_year, greatest(t.returned_on, o.paid_on), (select business_date from batch)) as in_deposit,
       coalesce(n.account_wrong, false) and k.unpayable_reason is null
         and row_number() over (partition by t.account_id, n.account_wrong order by t.line) = 1 as marks
  from ledger.transfer_results() t
  join ledger.payment_order o on o.id = t.order_id
  join ledger.creditor_account k on k.id = t.account_id
  left join ledger.return_reason n on n.code = t.reason;

insert into ledger.payment_result (order_id, file_id, outcome, before, reason, bank_text, fee, returned_on, in_deposit, account_id, marked, batch_id, line)
select m.order_id, m.file_id, m.outcome, m.before, m.reason, m.bank_text, m.fee, m.returned_on, m.outcome = 'returned' and m.in_deposit,
       m.account_id, m.outcome = 'returned' and m.marks, b.id, m.line
  from matched m cross join batch b order by m.line;

update ledger.payment_order p set state = m.outcome, settled_on = case m.outcome when 'returned' then m.booked_on else m.day end
  from matched m where p.id = m.order_id and p.state <> m.outcome and (m.outcome = 'returned' or p.state = 'released');

update ledger.creditor_account k set unpayable_reason = m.reason, unpayable_since = m.returned_on
  from matched m where m.outcome = 'returned' and m.marks and k.id = m.account_id;

insert into audit.event (actor, action, object, object_id, before, after)
select b.actor, 'payment_order.returned', 'payment_order', m.order_no, jsonb_build_object('state', m.before),
       jsonb_build_object('state', 'returned', 'reason', m.reason, 'amount', m.amount, 'returned_on', m.returned_on, 'account_marked', m.marks)
  from matched m cross join batch b where m.outcome = 'returned' order by m.line;

insert into journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
select m.line, case when m.in_deposit then 'RETURN_TO_DEPOSIT' else 'PAYMENT_RETURNED' end,
       case when m.in_deposit then ledger.fiscal_year(m.booked_on) else m.fiscal_year end, m.booked_on, m.fund,
       case when not m.in_deposit then m.budget_line end, m.organization, m.whole, concat(n.name, ' ', m.memo), 'payment_order', m.order_id
  from matched m join ledger.return_reason n on n.code = m.reason
 where m.outcome = 'returned' order by m.line;

-- What was kept back of pay to staff is not owed to the tax office and the insurers any more: the bank gave back what is left without it.
insert into journal (line, event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
select m.line, w.event, w.fiscal_year, w.booked_on, w.fund, -w.amount, w.memo, w.object, w.object_id
  from matched m cross join lateral ledger.staff_deductions(array[m.order_id], m.booked_on) w
 where m.outcome = 'returned' and m.deducted > 0 order by m.line, w.object_id, w.event;

insert into ledger.payroll_result (transfer_id, file_id, outcome, reason, bank_text, fee, returned_on, fund, batch_id, line)
select p.transfer_id, p.file_id, p.outcome, p.reason, p.bank_text, p.fee, p.returned_on, (select value from setting where key = 'nonbudget_fund'), b.id, p.line
  from ledger.payroll_results() p cross join batch b where p.transfer_id is not null order by p.line;

insert into audit.event (actor, action, object, object_id, after)
select b.actor, 'payroll_transfer.returned', 'payroll_transfer', r.transfer_id::text,
       jsonb_build_object('result', r.id, 'reason', r.reason, 'amount', t.amount, 'returned_on', r.returned_on)
  from ledger.payroll_result r join ledger.payroll_transfer t on t.id = r.transfer_id cross join batch b
 where r.batch_id = b.id and r.outcome = 'returned' and r.cancelled_at is null and exists (select from staged_result s where s.line = r.line) order by r.line;

insert into journal (line, event, fiscal_year, booked_on, fund, amount, memo, object, object_id)
select r.line, 'RETURN_TO_DEPOSIT', ledger.fiscal_year(d.day), d.day, r.fund, t.amount, concat_ws(' ', n.name, '給与返戻' || r.id, p.pay_month), 'payroll_transfer', t.id
  from ledger.payroll_result r
  join ledger.payroll_transfer t on t.id = r.transfer_id
  join ledger.payroll_run p on p.id = t.run_id
  join ledger.return_reason n on n.code = r.reason
  join ledger.transfer_file f on f.file_id = r.file_id
 cross join lateral (select greatest(r.returned_on, f.paid_on) as day) d
 where r.batch_id = (select id from batch) and r.outcome = 'returned' and r.cancelled_at is null and exists (select from staged_result s where s.line = r.line)
 order by r.line;

select ledger.post_journal();

insert into posted (line, object, object_id, yen)
select s.line, 'payroll_result', r.id, t.amount
  from staged_result s
  join ledger.payroll_result r on r.batch_id = (select id from batch) and r.line = s.line and r.cancelled_at is null
  join ledger.payroll_transfer t on t.id = r.transfer_id;

insert into posted (line, object, object_id, yen)
select r.line, 'payment_order', r.order_id, p.amount - p.deducted
  from staged_result s
  join ledger.payment_result r on r.batch_id = (select id from batch) and r.line = s.line
  join ledger.payment_order p on p.id = r.order_id;
