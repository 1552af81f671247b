-- Pay to staff by payment order that was paid, or came back, up to the end of a month, and was not told yet.
-- Parameter: month (YYYY-MM); without it the month before.

create temp table asked on commit drop as
select m.written, m.first, (m.first + interval '1 month - 1 day')::date as last, extract(year from m.first)::int as year, m.made_on
  from (select p.written, r.business_date as made_on,
               case when p.written is null then (date_trunc('month', f.ordered_at at time zone 'Asia/Tokyo') - interval '1 month')::date
                    else ledger.date_or_null(p.written || '-01') end as first
          from run r join export.file f on f.id = r.file_id
         cross join (select max(value) filter (where key = 'month') as written from param) p) m;

create temp table refusal (object text, object_id bigint, code text, detail jsonb, severity text) on commit drop;

insert into refusal (code, detail, severity)
select 'STAFF_MONTH_UNKNOWN', jsonb_build_object('value', written), 'stop' from asked where first is null
union all
-- Until the month is over, more may be paid in it.
select 'STAFF_MONTH_NOT_OVER', jsonb_build_object('value', to_char(first, 'YYYY-MM'), 'last', last), 'stop' from asked where last >= made_on;

create temp table told on commit drop as
select h.*, c.object_id is not null as in_file
  from ledger.staff_payment_history h
  left join export.live_claim c on c.object = 'staff_payment_event' and c.object_id = h.id
 where c.object_id is not null or h.noted_by is not null;

create temp table candidate on commit drop as
select h.*, a.year as asked_year, coalesce(t.yen, 0) as held,
       (select sum(case when e.cancel then -s.withheld else s.withheld end)
          from ledger.staff_payment_event e join ledger.staff_payment s on s.id = e.payment_id where s.id = h.payment_id) as owed
  from ledger.staff_payment_history h
 cross join asked a
  left join ledger.staff_tax_held t on t.payment_id = h.payment_id
 where h.happened_on <= a.last and not exists (select from told x where x.id = h.id) and not exists (select from refusal);

insert into refusal
select 'staff_payment_event', j.id, j.code,
       jsonb_build_object('order', j.order_no, 'part', j.part, 'staff', j.staff_no, 'paid_on', j.paid_on, 'year', j.cal_year, 'held', j.held, 'owed', j.owed), 'item'
  from (select c.*,
               case when c.cal_year <> c.asked_year then 'STAFF_PAYMENT_YEAR_CLOSED'
                    when c.owed <> c.held then 'STAFF_WITHHOLDING_NOT_BOOKED'
                    when not c.cancel and c.tax_column = '1' and not ledger.main_employer_is_ward(c.staff_no, c.paid_on) then 'STAFF_NOT_MAIN_EMPLOYER'
               end as code
          from candidate c) j
 where j.code is not null;

-- A return means nothing to whoever was not told of the payment by a file.
insert into refusal
select 'staff_payment_event', c.id, 'STAFF_RETURN_OF_UNTOLD', jsonb_build_object('order', c.order_no, 'part', c.part, 'staff', c.staff_no, 'paid_on', c.paid_on), 'item'
  from candidate c
 where c.cancel and not exists (select from refusal r where r.object_id = c.id)
   and not exists (select from told t where t.payment_id = c.payment_id and not t.cancel and t.in_file)
   and not exists (select from candidate p where p.payment_id = c.payment_id and not p.cancel
                      and not exists (select from refusal r where r.object_id = p.id));

create temp table paid on commit drop as
select c.*, row_number() over (order by c.happened_on, c.order_no, c.part, c.cancel) as seq
  from candidate c where not exists (select from refusal r where r.object_id = c.id);

-- 年累計: what the payroll system was told of the person's year, this row included.
create temp table outgoing_payment on commit drop as
select p.seq, p.cal_year, p.staff_no, p.tax_column, p.paid_on, p.order_no, to_char(p.part, 'FM000') as part_no, p.fiscal_year, p.subject, p.kind,
       p.taxable, p.nontaxable, p.social, p.withheld, p.net, case when p.cancel then '1' else '0' end as cancel,
       (coalesce(t.taxable, 0) + sum(p.taxable) over person)::bigint as ytd_taxable,
       (coalesce(t.withheld, 0) + sum(p.withheld) over person)::bigint as ytd_withheld
  from paid p
  left join (select staff_no, cal_year, sum(taxable) as taxable, sum(withheld) as withheld from told group by 1, 2) t using (staff_no, cal_year)
window person as (partition by p.staff_no, p.cal_year order by p.seq)
 order by p.seq;

create temp table claim on commit drop as
select seq, 'staff_payment_event'::text as object, id as object_id, net as yen from paid order by seq;
