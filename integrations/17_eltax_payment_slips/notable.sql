-- Slips worth a second look before citizens are asked for money. Nothing here is wrong in itself.
with item as (
    select s.id, s.case_key, s.amount, s.due_on, s.pay_limit_on, a.source, a.source_key, a.budget_line, a.organization, a.payer_name,
           coalesce(nullif(a.payer_no, ''), a.payer_kana || a.address) as payer, n.action
      from claimed c
      join ledger.slip_notice n on n.id = c.object_id
      join ledger.payment_slip s on s.id = n.slip_id
      join ledger.assessment a on a.id = s.assessment_id
     where c.object = 'slip_notice' and n.action <> '3'
), usual as (
    -- What the same section asked for the same item in the thirteen months before.
    select a.organization, a.budget_line, count(*) as slips, min(s.amount) as least, max(s.amount) as most
      from ledger.payment_slip s
      join ledger.assessment a on a.id = s.assessment_id
     where s.state <> 'queued' and s.issued_on >= (select today from run) - interval '13 months'
       and (a.organization, a.budget_line) in (select organization, budget_line from item) and s.id not in (select id from item)
     group by a.organization, a.budget_line
), factor as (
    select coalesce((select value from setting where key = 'usual_factor')::numeric, 3) as times
), marked as (
    select 'SLIP_AMOUNT_UNUSUAL' as code, i.*, jsonb_build_object('slips', u.slips, 'least', u.least, 'most', u.most) as more
      from item i
      join usual u using (organization, budget_line)
     cross join factor f
     where u.slips >= 3 and (i.amount > u.most * f.times or i.amount * f.times < u.least)
    union all
    select 'SLIP_LOOKS_DOUBLE', i.*, jsonb_build_object('other', o.source_key)
      from item i
      join (select source, payer, amount, due_on, budget_line, min(source_key) as source_key
              from item group by source, payer, amount, due_on, budget_line having count(distinct source_key) > 1) o
        on (o.source, o.payer, o.amount, o.due_on, o.budget_line) = (i.source, i.payer, i.amount, i.due_on, i.budget_line)
     where i.source_key <> o.source_key
    union all
    -- A citizen who gets the letter so late can hardly pay in time.
    select 'SLIP_DUE_SOON', i.*, jsonb_build_object('due', i.due_on)
      from item i
     where i.due_on < (select today from run) + 14
)
select code, 'payment_slip', id, amount, jsonb_build_object('key', case_key, 'source_key', source_key, 'amount', amount) || more
  from marked
