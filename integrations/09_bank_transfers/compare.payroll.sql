-- A payroll order beside the last one that left: by pay date, kind of pay, and side of the bank; counted from the lists behind the claims of
-- both. No sum here may be one person's pay: a side with a single person is counted and not summed.
with item as (
    select c.file_id in (select file_id from present) as now, t.staff_no, t.amount, coalesce(t.pay_date, r.pay_date)::text as pay_date, r.pay_kind,
           (t.bank is distinct from (select value from setting where key = 'own_bank'))::text as other
      from export.claim c
      join ledger.payroll_transfer t on t.id = c.object_id
      join ledger.payroll_run r on r.id = t.run_id
     where c.object = 'payroll_transfer' and c.file_id in (select file_id from present union all select file_id from previous)
), by_part as (
    select p.part, p.key, count(*) filter (where now) as count, sum(i.amount) filter (where now) as yen,
           count(*) filter (where not now) as count_before, sum(i.amount) filter (where not now) as yen_before,
           count(distinct i.staff_no) filter (where now) as persons, count(distinct i.staff_no) filter (where not now) as persons_before
      from item i
     cross join lateral (values (1, i.pay_date), (2, i.pay_kind), (3, i.other), (4, '')) p (part, key)
     group by p.part, p.key
), least_side as (
    -- By kind as well: each kind is a file of its own whose sides are told by themselves, and the difference may be no single person's either.
    select min(persons) as persons from (select count(distinct staff_no) as persons from item group by now, pay_kind, other) x
)
select n.ja, n.en,
       case b.part when 2 then ledger.payroll_kind_name(b.key) when 3 then case b.key when 'true' then '他行' else '自行' end when 4 then '人' else b.key end,
       case b.part when 3 then case b.key when 'true' then 'other banks' else 'the ward''s bank' end when 4 then 'persons' else b.key end,
       case b.part when 4 then b.persons else b.count end, case when b.part < 3 or b.part = 3 and s.persons > 1 then b.yen else 0 end,
       case b.part when 4 then b.persons_before else b.count_before end, case when b.part < 3 or b.part = 3 and s.persons > 1 then b.yen_before else 0 end
  from by_part b
  join (values (1, '支払日', 'pay date'), (2, '支給区分', 'kind of pay'), (3, '振込先', 'banks'), (4, '職員数', 'persons')) n (part, ja, en) using (part)
 cross join least_side s
 order by b.part, b.key
