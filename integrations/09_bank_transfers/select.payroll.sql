-- 給与振込明細 of one pay date → 給与・賞与振込. Parameters: pay_date (YYYY-MM-DD); banks = own | other where the bank's two deadlines
-- make two files of it. A file has one 種別, so salary and bonus of one day are two files of the order.

create temp table bank on commit drop as
select max(value) filter (where key = 'originator_code') as originator_code, max(value) filter (where key = 'originator_name') as originator_name,
       max(value) filter (where key = 'own_bank') as own_bank, max(value) filter (where key = 'own_branch') as own_branch,
       max(value) filter (where key = 'own_account_kind') as own_account_kind, max(value) filter (where key = 'own_account') as own_account,
       max(value) filter (where key = 'names_filled') = 'yes' as names_filled,
       max(value) filter (where key = 'salary_business') as salary_business, max(value) filter (where key = 'bonus_business') as bonus_business,
       (max(value) filter (where key = 'records_max'))::bigint as records_max,
       max(value) filter (where key = 'non_business_day') as non_business_day,
       (max(value) filter (where key = 'cut_off'))::time as cut_off, (max(value) filter (where key = 'days_ahead_min'))::int as days_ahead_min,
       (max(value) filter (where key = 'own_cut_off'))::time as own_cut_off, (max(value) filter (where key = 'own_days_ahead_min'))::int as own_days_ahead_min,
       (max(value) filter (where key = 'days_ahead_max'))::int as days_ahead_max
  from setting;

create temp table asked on commit drop as
select a.*, case when a.pay_date <= (select through from ledger.calendar_horizon) then ledger.transfer_day(a.pay_date, s.non_business_day) end as day
  from (select ledger.date_or_null((select value from param where key = 'pay_date')) as pay_date,
               (select value from param where key = 'pay_date') as written, (select value from param where key = 'banks') as banks) a
 cross join bank s;
analyze bank, asked;

-- A list that is handed over now would change what this file carries.
select ledger.lock_payroll_runs(pay_date) from asked;

-- The runs of the day, and what is still to be credited for them.
create temp table run_due on commit drop as
select r.run_id, r.pay_month, r.pay_kind, r.to_accounts, case r.pay_kind when '2' then s.bonus_business else s.salary_business end as business
  from ledger.payroll_balance r
  -- Or what is left of it was moved to the day, or pay that came back is transferred once more.
  join asked a on a.pay_date = r.pay_date or exists (select from ledger.payroll_credit c where c.run_id = r.run_id and c.pay_date = a.pay_date)
 cross join bank s
 where r.to_accounts > 0;

create temp table due on commit drop as
select t.*, r.business, i.kana as bank_kana, b.kana as branch_kana,
       ledger.payroll_name_fault(t.holder_kana) as name_fault, gone.closed_on, gone.successor,
       case when t.account = '0000000' then 'PAY_ACCOUNT_ALL_ZEROS'
            when t.bank in ('0000', '9999') or t.branch = '999' and t.bank <> '9900' then 'PAY_CODE_RESERVED'
            when gone.closed_on is not null then 'PAY_BRANCH_CLOSED'
            when i.bank is null or b.branch is null then 'PAY_BRANCH_UNKNOWN'
            when btrim(t.holder_kana) = '' or ledger.payroll_name_fault(t.holder_kana) is not null then 'PAY_NAME_CHARACTER' end as code
  from ledger.payroll_credit t
  join run_due r on r.run_id = t.run_id
  join asked a on a.pay_date = t.pay_date
 cross join bank s
  left join ledger.institution i on i.bank = t.bank and a.day between i.valid_from and i.valid_to
  left join ledger.branch b on b.bank = t.bank and b.branch = t.branch and a.day between b.valid_from and b.valid_to
  left join lateral (
      select x.valid_to as closed_on,
             coalesce(nullif(concat_ws('-', coalesce(x.successor_bank, y.successor_bank), x.successor_branch), ''), '—') as successor
        from ledger.branch x
        left join ledger.institution y on y.bank = x.bank and y.valid_to = x.valid_to
       where (i.bank is null or b.branch is null) and x.bank = t.bank and x.branch = t.branch and x.valid_to < a.day
       order by x.valid_to desc limit 1) gone on true
 where (a.banks is null or (a.banks = 'own') = (t.bank = s.own_bank))
   and not exists (select from export.claim c where c.object = 'payroll_transfer' and c.object_id = t.id and c.live);

create temp table refusal (object text, object_id bigint, code text, detail jsonb, severity text) on commit drop;

insert into refusal (code, detail, severity)
select 'PAYROLL_BANKS_UNKNOWN', jsonb_build_object('value', banks), 'stop' from asked where banks not in ('own', 'other');

-- Pay at other banks must be there days before; at the ward's own bank the day before will do.
insert into refusal (code, detail, severity)
select f.code, f.detail, 'stop'
  from asked a cross join bank s cross join run r
 cross join lateral (select not exists (select from due d where d.bank <> s.own_bank) and exists (select from due) as own) w
 cross join lateral ledger.transfer_date_fault(
     a.written, r.business_date, ledger.ordered_behind(r.file_id, case when w.own then s.own_cut_off else s.cut_off end), s.non_business_day,
     case when w.own then s.own_days_ahead_min else s.days_ahead_min end, s.days_ahead_max, case when w.own then s.own_cut_off else s.cut_off end) f;

update run set needed_by = ledger.bank_hour(case when w.own then s.own_days_ahead_min else s.days_ahead_min end,
                                            case when w.own then s.own_cut_off else s.cut_off end, a.day)
  from asked a cross join bank s
 cross join lateral (select not exists (select from due d where d.bank <> s.own_bank) and exists (select from due) as own) w;

insert into refusal (code, detail, severity)
select 'TRANSFER_OWN_BRANCH_UNKNOWN', jsonb_build_object('bank', s.own_bank, 'branch', s.own_branch, 'pay_date', a.day), 'stop'
  from asked a cross join bank s
 where not exists (select from ledger.branch_on(s.own_bank, s.own_branch, a.day)) and not exists (select from refusal)
union all
select 'PAYROLL_LIST_MISSING', jsonb_build_object('month', r.pay_month, 'kind', ledger.payroll_kind_name(r.pay_kind)), 'stop'
  from run_due r where not exists (select from ledger.payroll_list l where l.run_id = r.run_id)
union all
select 'PAYROLL_LIST_DIFFERS', jsonb_build_object('month', r.pay_month, 'list', l.amount, 'net', r.to_accounts), 'stop'
  from run_due r
  join (select run_id, sum(amount)::bigint as amount from ledger.payroll_credit where repays is null group by run_id) l using (run_id)
 where l.amount <> r.to_accounts
union all
select 'PAYROLL_NOT_APPROVED', jsonb_build_object('month', r.pay_month, 'kind', ledger.payroll_kind_name(r.pay_kind), 'order', min(p.no)), 'stop'
  from run_due r cross join lateral ledger.payroll_orders(r.run_id) o join ledger.payment_order p on p.id = o.order_id
 where p.state in ('draft', 'cancelled') group by r.run_id, r.pay_month, r.pay_kind;

insert into refusal
select 'payroll_transfer', d.id, d.code,
       jsonb_strip_nulls(jsonb_build_object('staff', d.staff_no, 'bank', d.bank, 'branch', d.branch, 'char', coalesce(d.name_fault, '—'),
                                            'closed', d.closed_on, 'successor', d.successor)),
       'item'
  from due d where d.code is not null;

create temp table outgoing_pay on commit drop as
select x.seq, (dense_rank() over (order by x.business, (x.nth - 1) / s.records_max))::int as part, 1 as grp, x.id as transfer_id, x.run_id,
       x.bank, case when s.names_filled then ledger.bank_file_name(x.bank_kana) end as bank_name,
       x.branch, case when s.names_filled then ledger.bank_file_name(x.branch_kana) end as branch_name,
       x.account_kind, x.account, x.holder_kana as holder, x.amount, x.staff_no, x.section
  from (select d.*, row_number() over (order by d.business, d.staff_no, d.id) as seq, row_number() over (partition by d.business order by d.staff_no, d.id) as nth
          from due d where d.code is null) x
 cross join bank s
 where not exists (select from refusal where severity = 'stop');

create temp table outgoing_header on commit drop as
select g.part::bigint as seq, g.part, 1 as grp, g.business, s.originator_code, s.originator_name, to_char(a.day, 'MM-DD') as pay_date,
       s.own_bank, case when s.names_filled then ledger.bank_file_name(o.bank_kana) end as own_bank_name,
       s.own_branch, case when s.names_filled then ledger.bank_file_name(o.branch_kana) end as own_branch_name, s.own_account_kind, s.own_account
  from asked a cross join bank s
 cross join lateral ledger.branch_on(s.own_bank, s.own_branch, a.day) o
 cross join (select distinct p.part, r.business from outgoing_pay p join run_due r using (run_id)) g;

-- The gross orders of a run go with the first file that carries some of its net pay: that file books them.
create temp table claim on commit drop as
select seq, part, 'payroll_transfer'::text as object, transfer_id as object_id, amount as yen from outgoing_pay
union all
select 0, f.part, 'payment_order', p.id, null
  from (select run_id, min(part) as part from outgoing_pay group by run_id) f
 cross join lateral ledger.payroll_orders(f.run_id) o
  join ledger.payment_order p on p.id = o.order_id and p.state = 'approved';

update ledger.payment_order p set state = 'in_file', paid_on = (select day from asked)
  from claim c where c.object = 'payment_order' and p.id = c.object_id;
update ledger.payroll_transfer t set written_on = (select day from asked) from outgoing_pay o where t.id = o.transfer_id;
