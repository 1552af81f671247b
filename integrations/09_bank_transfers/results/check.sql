-- 振込結果: which payment order does each line speak of, and can it be believed? A person looks at every line that fits none, or more than one.

with received as (
    select (received_at at time zone 'Asia/Tokyo')::date as day from batch
), pay as materialized (
    select * from ledger.payroll_results()
), result as materialized (
    select t.line, t.outcome, t.reason, t.day, t.returned_on, t.bank, t.branch, t.kind, t.number, t.amount, t.order_id, t.order_no, t.said, t.said_reason,
           t.twins, t.other_amount
      from ledger.transfer_results() t where not exists (select from pay p where p.line = t.line and p.transfer_id is not null)
    union all
    -- A credit of a payroll file: its orders stay what they are, and it has no number.
    select p.line, p.outcome, p.reason, p.day, p.returned_on, p.bank, p.branch, p.kind, p.number, p.amount, p.transfer_id, p.label, p.said, p.said_reason,
           p.twins, null
      from pay p where p.transfer_id is not null or not exists (select from ledger.transfer_results() t where t.line = p.line)
)

select r.line, 'hold' as verdict, 'RETURN_ORDER_UNKNOWN' as code, 'account' as field,
       jsonb_build_object('account', concat_ws('-', r.bank, r.branch, r.kind, r.number), 'amount', r.amount, 'day', r.day) as detail
  from result r where r.order_id is null and r.other_amount is null
union all
select r.line, 'hold', 'RETURN_AMOUNT_DIFFERS', 'amount',
       jsonb_build_object('account', concat_ws('-', r.bank, r.branch, r.kind, r.number), 'amount', r.amount, 'sent', r.other_amount, 'day', r.day)
  from result r where r.order_id is null and r.other_amount is not null
union all
-- Alike to the yen: which of them is meant is bookkeeping, but a person says so.
select r.line, 'hold', 'RETURN_ORDER_AMBIGUOUS', 'account',
       jsonb_build_object('account', concat_ws('-', r.bank, r.branch, r.kind, r.number), 'amount', r.amount, 'count', r.twins, 'order', r.order_no)
  from result r
 where r.twins > 0 and coalesce(r.said, '') <> 'returned'
   and not exists (select from answered a where a.line = r.line and a.code = 'RETURN_ORDER_AMBIGUOUS')
union all
select r.line, 'hold', 'RETURN_CONTRADICTS', 'result',
       jsonb_build_object('order', r.order_no, 'said', coalesce(r.said_reason, '00'), 'now', coalesce(r.reason, '00'))
  from result r where r.said = 'returned' and r.reason is distinct from r.said_reason
union all
select r.line, 'hold', 'RETURN_REASON_UNKNOWN', 'result', jsonb_build_object('value', r.reason)
  from result r where r.reason is not null and not exists (select from ledger.return_reason n where n.code = r.reason)
union all
select r.line, 'hold', 'RETURN_DAY_AHEAD', 'returned_on', jsonb_build_object('value', r.returned_on, 'received', d.day)
  from result r cross join received d where r.returned_on > d.day
union all
select r.line, 'hold', 'RETURN_PAID_AHEAD', 'result', jsonb_build_object('value', r.day, 'received', d.day)
  from result r cross join received d where r.outcome = 'paid' and r.day > d.day

-- Known already
union all
select r.line, 'skip', 'RETURN_KNOWN', 'account', jsonb_build_object('order', r.order_no)
  from result r where r.said = r.outcome and r.reason is not distinct from r.said_reason

-- Worth saying
union all
select r.line, 'warn', 'RETURN_AFTER_CLOSING', 'returned_on', jsonb_build_object('order', r.order_no, 'year', o.fiscal_year, 'value', r.returned_on)
  from result r join ledger.payment_order o on o.no = r.order_no
 where r.outcome = 'returned' and not o.from_deposit
   and not ledger.fiscal_year_takes(o.fiscal_year, greatest(r.returned_on, o.paid_on), (select business_date from batch))
