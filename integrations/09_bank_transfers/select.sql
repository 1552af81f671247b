-- Approved payment orders of one pay date → 総合振込. Parameter: pay_date (YYYY-MM-DD).
-- What cannot go is listed with its reason and left out; what would make the whole file wrong stops the run.

create temp table asked on commit drop as
select (select value::date from param where key = 'pay_date') as pay_date,
       (select business_date from run) as made_on;

create temp table refusal (object text, object_id bigint, code text, detail jsonb, severity text) on commit drop;

insert into refusal
select null, null, code, detail, 'stop'
  from asked a,
       lateral (select count(*) as days_ahead
                  from generate_series(a.made_on + 1, a.pay_date, interval '1 day') d
                 where ledger.is_business_day(d::date, 'bank')) ahead,
       lateral (values
           ('TRANSFER_DATE_MISSING', a.pay_date is null, '{}'::jsonb),
           ('TRANSFER_DATE_NOT_BANK_DAY', a.pay_date is not null and not ledger.is_business_day(a.pay_date, 'bank'),
            jsonb_build_object('pay_date', a.pay_date, 'next', ledger.next_business_day(a.pay_date, 'bank'))),
           ('TRANSFER_DATE_TOO_EARLY', ahead.days_ahead < (select value::int from setting where key = 'days_ahead_min'),
            jsonb_build_object('pay_date', a.pay_date, 'days', (select value from setting where key = 'days_ahead_min'))),
           ('TRANSFER_DATE_TOO_LATE', ahead.days_ahead > (select value::int from setting where key = 'days_ahead_max'),
            jsonb_build_object('pay_date', a.pay_date, 'days', (select value from setting where key = 'days_ahead_max'))))
           rule (code, broken, detail)
 where broken
 limit 1;

-- Every approved order of the day with the account its creditor has on that day, and what the bank master says of it.
create temp table candidate on commit drop as
select p.id, p.no, p.amount, p.creditor, c.kana as creditor_kana,
       c.suspended_from <= a.pay_date and coalesce(c.suspended_to, date '9999-12-31') >= a.pay_date as suspended,
       k.id as account_id, k.bank, k.branch, k.kind, k.number, k.holder_kana, k.valid_from as account_since,
       i.kana as bank_kana, b.kana as branch_kana,
       i.bank is not null as bank_known, b.branch is not null as branch_known
  from asked a
  join ledger.payment_order p on p.pay_date = a.pay_date and p.state = 'approved'
  join ledger.creditor c on c.no = p.creditor
  left join ledger.creditor_account k on k.creditor = p.creditor and a.pay_date between k.valid_from and k.valid_to
  left join ledger.institution i on i.bank = k.bank and a.pay_date between i.valid_from and i.valid_to
  left join ledger.branch b on b.bank = k.bank and b.branch = k.branch and a.pay_date between b.valid_from and b.valid_to;

insert into refusal
select 'payment_order', id, code,
       jsonb_build_object('order', no, 'creditor', creditor, 'bank', bank, 'branch', branch, 'closed', closed, 'successor', successor), 'item'
  from (select c.*, gone.valid_to as closed, coalesce(gone.successor_bank || '-' || gone.successor_branch, '—') as successor,
               case when c.suspended then 'PAYEE_SUSPENDED'
                    when c.account_id is null then 'PAYEE_WITHOUT_ACCOUNT'
                    when c.number = '0000000' then 'PAYEE_ACCOUNT_ALL_ZEROS'
                    when gone.valid_to is not null then 'PAYEE_BRANCH_CLOSED'
                    when not c.bank_known then 'PAYEE_BANK_UNKNOWN'
                    when not c.branch_known then 'PAYEE_BRANCH_UNKNOWN'
               end as code
          from candidate c
          left join lateral (
              select s.valid_to, s.successor_bank, s.successor_branch from ledger.branch s
               where s.bank = c.bank and s.branch = c.branch and s.valid_to < (select pay_date from asked)
               order by s.valid_to desc limit 1) gone on not (c.bank_known and c.branch_known)) judged
 where code is not null;

create temp table payable on commit drop as
select c.*, row_number() over (order by c.no) as seq
  from candidate c
 where not exists (select 1 from refusal r where r.object = 'payment_order' and r.object_id = c.id)
   and not exists (select 1 from export.claim x where x.object = 'payment_order' and x.object_id = c.id and x.live);

insert into refusal
select null, null, 'TRANSFER_TOO_MANY', jsonb_build_object('count', count(*), 'max', (select value from setting where key = 'records_max')), 'stop'
  from payable
having count(*) > (select value::bigint from setting where key = 'records_max');

-- Bank file names hold no full stop and no blank (formats: bank §3.1).
create temp table outgoing_header on commit drop as
select 0::bigint as seq,
       s.originator_code, s.originator_name, to_char(a.pay_date, 'MM-DD') as pay_date,
       s.own_bank, case when s.names_filled = 'yes' then translate(o.bank_kana, '. ', '') end as own_bank_name,
       s.own_branch, case when s.names_filled = 'yes' then translate(o.branch_kana, '. ', '') end as own_branch_name,
       s.own_account_kind, s.own_account
  from asked a
 cross join (select max(value) filter (where key = 'originator_code') as originator_code,
                    max(value) filter (where key = 'originator_name') as originator_name,
                    max(value) filter (where key = 'own_bank') as own_bank,
                    max(value) filter (where key = 'own_branch') as own_branch,
                    max(value) filter (where key = 'own_account_kind') as own_account_kind,
                    max(value) filter (where key = 'own_account') as own_account,
                    max(value) filter (where key = 'names_filled') as names_filled
               from setting) s
  left join lateral ledger.branch_on(s.own_bank, s.own_branch, a.pay_date) o on true;

create temp table outgoing_transfer on commit drop as
select p.seq, p.bank,
       case when s.names_filled = 'yes' then translate(p.bank_kana, '. ', '') end as bank_name,
       p.branch,
       case when s.names_filled = 'yes' then translate(p.branch_kana, '. ', '') end as branch_name,
       p.kind as account_kind, p.number as account, p.holder_kana as payee, p.amount,
       case when s.novelty = 'zero' then '0'
            when not exists (select 1 from ledger.payment_order o where o.creditor = p.creditor and o.state in ('released', 'paid')) then '1'
            when exists (select 1 from ledger.creditor_account k where k.creditor = p.creditor and k.valid_to < p.account_since
                          and not exists (select 1 from ledger.payment_order o
                                           where o.creditor = p.creditor and o.state in ('released', 'paid') and o.pay_date >= p.account_since)) then '2'
            else '0' end as novelty,
       case s.customer_code when 'order' then lpad(p.id::text, 10, '0') when 'creditor' then p.creditor end as customer_code1,
       s.method
  from payable p
 cross join (select max(value) filter (where key = 'names_filled') as names_filled,
                    max(value) filter (where key = 'novelty') as novelty,
                    max(value) filter (where key = 'customer_code') as customer_code,
                    max(value) filter (where key = 'method') as method
               from setting) s;

create temp table claim on commit drop as
select seq, 'payment_order'::text as object, id as object_id, amount as yen from payable;

update ledger.payment_order p set state = 'in_file' from payable c where p.id = c.id;
