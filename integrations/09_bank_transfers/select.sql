-- Approved payment orders of one pay date → 総合振込. Parameter: pay_date (YYYY-MM-DD).
-- What cannot go is listed with its reason and left out; what would make the whole file wrong stops the run.

create temp table asked on commit drop as
select ledger.date_or_null((select value from param where key = 'pay_date')) as pay_date,
       (select value from param where key = 'pay_date') as written,
       (select business_date from run) as made_on,
       (select through from ledger.calendar_horizon) as horizon;

-- The profile's switches as columns.
create temp table bank on commit drop as
select max(value) filter (where key = 'originator_code') as originator_code, max(value) filter (where key = 'originator_name') as originator_name,
       max(value) filter (where key = 'own_bank') as own_bank, max(value) filter (where key = 'own_branch') as own_branch,
       max(value) filter (where key = 'own_account_kind') as own_account_kind, max(value) filter (where key = 'own_account') as own_account,
       max(value) filter (where key = 'names_filled') as names_filled, max(value) filter (where key = 'novelty') as novelty,
       max(value) filter (where key = 'customer_code') as customer_code, max(value) filter (where key = 'method') as method,
       (max(value) filter (where key = 'records_max'))::bigint as records_max,
       (max(value) filter (where key = 'days_ahead_min'))::int as days_ahead_min, (max(value) filter (where key = 'days_ahead_max'))::int as days_ahead_max
  from setting;

create temp table refusal (object text, object_id bigint, code text, detail jsonb, severity text) on commit drop;

-- The pay date. The file carries month and day only, so a date outside the bank's window could also be read as another year's.
insert into refusal (code, detail, severity)
select 'TRANSFER_DATE_MISSING', jsonb_build_object('value', coalesce(written, '')), 'stop' from asked where pay_date is null
union all
select 'CALENDAR_BEYOND_HORIZON', jsonb_build_object('date', pay_date, 'last', horizon), 'stop' from asked where pay_date > horizon;

insert into refusal (code, detail, severity)
select rule.code, jsonb_build_object('pay_date', a.pay_date) || rule.detail, 'stop'
  from asked a cross join bank s
 cross join lateral (
     select count(*) filter (where ledger.is_business_day(d::date, 'bank')) as days
       from generate_series(a.made_on + 1, least(a.pay_date, a.made_on + 100), interval '1 day') d) ahead
 cross join lateral (values
     ('TRANSFER_DATE_NOT_BANK_DAY', not ledger.is_business_day(a.pay_date, 'bank'),
      jsonb_build_object('before', ledger.previous_business_day(a.pay_date, 'bank'))),
     ('TRANSFER_DATE_TOO_EARLY', ahead.days < s.days_ahead_min, jsonb_build_object('days', s.days_ahead_min)),
     ('TRANSFER_DATE_TOO_LATE', ahead.days > s.days_ahead_max, jsonb_build_object('days', s.days_ahead_max))) rule (code, broken, detail)
 where a.pay_date <= a.horizon and rule.broken
 limit 1;

insert into refusal (code, detail, severity)
select 'TRANSFER_OWN_BRANCH_UNKNOWN', jsonb_build_object('bank', s.own_bank, 'branch', s.own_branch, 'pay_date', a.pay_date), 'stop'
  from asked a cross join bank s
 where not exists (select from ledger.branch_on(s.own_bank, s.own_branch, a.pay_date)) and not exists (select from refusal);

-- Every approved order of the day with the account its creditor has on that day, and what the bank master says of it.
create temp table candidate on commit drop as
select p.id, p.no, p.amount, p.creditor,
       coalesce(p.pay_date between c.suspended_from and coalesce(c.suspended_to, date '9999-12-31'), false) as suspended,
       k.id as account_id, k.bank, k.branch, k.kind, k.number, k.holder_kana, k.valid_from as account_since,
       i.kana as bank_kana, b.kana as branch_kana,
       i.bank is not null as bank_known, b.branch is not null as branch_known
  from ledger.payment_order p
  join ledger.creditor c on c.no = p.creditor
  left join ledger.creditor_account k on k.creditor = p.creditor and p.pay_date between k.valid_from and k.valid_to
  left join ledger.institution i on i.bank = k.bank and p.pay_date between i.valid_from and i.valid_to
  left join ledger.branch b on b.bank = k.bank and b.branch = k.branch and p.pay_date between b.valid_from and b.valid_to
 where p.pay_date = (select pay_date from asked) and p.state = 'approved'
   and not exists (select from refusal)
   and not exists (select from export.claim x where x.object = 'payment_order' and x.object_id = p.id and x.live);
analyze candidate;

insert into refusal
select 'payment_order', j.id, j.code,
       jsonb_strip_nulls(jsonb_build_object('order', j.no, 'creditor', j.creditor, 'amount', j.amount, 'bank', j.bank, 'branch', j.branch,
                                            'name', j.holder_kana, 'char', j.name_fault, 'closed', j.closed_on,
                                            'successor', case when j.closed_on is not null then coalesce(nullif(j.successor, ''), '—') end)),
       'item'
  from (select c.*, gone.valid_to as closed_on, concat_ws('-', gone.successor_bank, gone.successor_branch) as successor,
               ledger.bank_name_fault(c.holder_kana) as name_fault,
               case when c.suspended then 'PAYEE_SUSPENDED'
                    when c.account_id is null then 'PAYEE_WITHOUT_ACCOUNT'
                    when c.number = '0000000' then 'PAYEE_ACCOUNT_ALL_ZEROS'
                    when gone.valid_to is not null then 'PAYEE_BRANCH_CLOSED'
                    when not c.bank_known then 'PAYEE_BANK_UNKNOWN'
                    when not c.branch_known then 'PAYEE_BRANCH_UNKNOWN'
                    when ledger.bank_name_fault(c.holder_kana) is not null then 'PAYEE_NAME_CHARACTER'
                    when c.amount > 9999999999 then 'TRANSFER_AMOUNT_TOO_LARGE'
               end as code
          from candidate c
          left join lateral (
              select s.valid_to, s.successor_bank, s.successor_branch from ledger.branch s
               where s.bank = c.bank and s.branch = c.branch and s.valid_to < (select pay_date from asked)
               order by s.valid_to desc limit 1) gone on not (c.bank_known and c.branch_known)) j
 where j.code is not null;

create temp table payable on commit drop as
select c.*, row_number() over (order by c.no) as seq
  from candidate c
 where not exists (select from refusal r where r.object = 'payment_order' and r.object_id = c.id);

insert into refusal (code, detail, severity)
select 'TRANSFER_TOO_MANY', jsonb_build_object('count', count(*), 'max', s.records_max), 'stop'
  from payable cross join bank s group by s.records_max having count(*) > s.records_max
union all
select 'TRANSFER_TOTAL_TOO_LARGE', jsonb_build_object('total', sum(amount)), 'stop'
  from payable having sum(amount) > 999999999999;

-- The bank's code decides, its name is for the eye: a name that does not fit the field is left out, not cut.
create temp table outgoing_header on commit drop as
select 0::bigint as seq, s.originator_code, s.originator_name, to_char(a.pay_date, 'MM-DD') as pay_date,
       s.own_bank, case when s.names_filled = 'yes' then ledger.bank_file_name(o.bank_kana) end as own_bank_name,
       s.own_branch, case when s.names_filled = 'yes' then ledger.bank_file_name(o.branch_kana) end as own_branch_name,
       s.own_account_kind, s.own_account
  from asked a cross join bank s
 cross join lateral ledger.branch_on(s.own_bank, s.own_branch, a.pay_date) o;

create temp table outgoing_transfer on commit drop as
select p.seq, p.bank,
       case when s.names_filled = 'yes' then ledger.bank_file_name(p.bank_kana) end as bank_name,
       p.branch,
       case when s.names_filled = 'yes' then ledger.bank_file_name(p.branch_kana) end as branch_name,
       p.kind as account_kind, p.number as account, p.holder_kana as payee, p.amount,
       case when s.novelty = 'zero' then '0'
            when not exists (select from ledger.payment_order o where o.creditor = p.creditor and o.state in ('released', 'paid')) then '1'
            when exists (select from ledger.creditor_account k where k.creditor = p.creditor and k.valid_to < p.account_since)
                 and not exists (select from ledger.payment_order o
                                  where o.creditor = p.creditor and o.state in ('released', 'paid') and o.pay_date >= p.account_since) then '2'
            else '0' end as novelty,
       case s.customer_code when 'order' then lpad(p.id::text, greatest(10, length(p.id::text)), '0')
                            when 'creditor' then p.creditor end as customer_code1,
       s.method
  from payable p cross join bank s
 order by p.seq;

create temp table claim on commit drop as
select seq, 'payment_order'::text as object, id as object_id, amount as yen from payable order by seq;

update ledger.payment_order p set state = 'in_file'
  from payable c
 where p.id = c.id and not exists (select from refusal where severity = 'stop');
