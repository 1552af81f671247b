-- Approved payment orders of one pay date → 総合振込. Parameter: pay_date (YYYY-MM-DD).
-- What cannot go is listed with its reason and left out; what would make the whole file wrong stops the run.

-- The profile's switches as columns.
create temp table bank on commit drop as
select max(value) filter (where key = 'originator_code') as originator_code, max(value) filter (where key = 'originator_name') as originator_name,
       max(value) filter (where key = 'own_bank') as own_bank, max(value) filter (where key = 'own_branch') as own_branch,
       max(value) filter (where key = 'own_account_kind') as own_account_kind, max(value) filter (where key = 'own_account') as own_account,
       max(value) filter (where key = 'names_filled') as names_filled, max(value) filter (where key = 'novelty') as novelty,
       max(value) filter (where key = 'customer_code') as customer_code, max(value) filter (where key = 'method') as method,
       (max(value) filter (where key = 'records_max'))::bigint as records_max,
       max(value) filter (where key = 'multi_header') = 'yes' as multi_header,
       (max(value) filter (where key = 'header_records_max'))::bigint as header_records_max,
       max(value) filter (where key = 'kana_wo') = 'yes' as kana_wo, max(value) filter (where key = 'kana_dot') = 'yes' as kana_dot,
       max(value) filter (where key = 'non_business_day') as non_business_day,
       (max(value) filter (where key = 'cut_off'))::time as cut_off,
       (max(value) filter (where key = 'days_ahead_min'))::int as days_ahead_min, (max(value) filter (where key = 'days_ahead_max'))::int as days_ahead_max
  from setting;

-- The day the orders are due, and the day the bank transfers: another one where it shifts holidays.
create temp table asked on commit drop as
select a.*, case when a.pay_date <= a.horizon then ledger.transfer_day(a.pay_date, s.non_business_day) end as day
  from (select ledger.date_or_null((select value from param where key = 'pay_date')) as pay_date,
               (select value from param where key = 'pay_date') as written,
               r.business_date as made_on,
               -- Ordered behind the bank's hour, the file reaches it on the next business day.
               ((f.ordered_at at time zone 'Asia/Tokyo')::date = r.business_date
                and (f.ordered_at at time zone 'Asia/Tokyo')::time > (select cut_off from bank)) as late,
               (select through from ledger.calendar_horizon) as horizon
          from run r join export.file f on f.id = r.file_id) a
 cross join bank s;

create temp table refusal (object text, object_id bigint, code text, detail jsonb, severity text) on commit drop;

-- The pay date. The file carries month and day only, so a date outside the bank's window could also be read as another year's.
insert into refusal (code, detail, severity)
select 'TRANSFER_DATE_MISSING', jsonb_build_object('value', coalesce(written, '')), 'stop' from asked where pay_date is null
union all
select 'CALENDAR_BEYOND_HORIZON', jsonb_build_object('date', pay_date, 'last', horizon), 'stop' from asked where pay_date > horizon;

insert into refusal (code, detail, severity)
select rule.code, jsonb_build_object('pay_date', a.day) || rule.detail, 'stop'
  from asked a cross join bank s
 cross join lateral (select ledger.bank_days_ahead(a.made_on, a.late, a.day) as days) ahead
 cross join lateral (values
     ('TRANSFER_DATE_NOT_BANK_DAY', not ledger.is_business_day(a.day, 'bank'),
      jsonb_build_object('before', ledger.previous_business_day(a.day, 'bank'))),
     ('TRANSFER_DATE_TOO_EARLY', ahead.days < s.days_ahead_min,
      jsonb_build_object('days', s.days_ahead_min, 'cut_off', to_char(s.cut_off, 'HH24:MI'))),
     ('TRANSFER_DATE_TOO_LATE', ahead.days > s.days_ahead_max, jsonb_build_object('days', s.days_ahead_max))) rule (code, broken, detail)
 where a.day <= a.horizon and rule.broken
 limit 1;

insert into refusal (code, detail, severity)
select 'TRANSFER_OWN_BRANCH_UNKNOWN', jsonb_build_object('bank', s.own_bank, 'branch', s.own_branch, 'pay_date', a.day), 'stop'
  from asked a cross join bank s
 where not exists (select from ledger.branch_on(s.own_bank, s.own_branch, a.day)) and not exists (select from refusal);

-- Every approved order of the day with the account its creditor has when the bank transfers, and what the bank master says of it.
create temp table candidate on commit drop as
select p.id, p.no, p.amount - p.deducted as amount, p.creditor,
       coalesce(d.day between c.suspended_from and coalesce(c.suspended_to, date '9999-12-31'), false) as suspended,
       k.id as account_id, k.bank, k.branch, k.kind, k.number, k.holder_kana, k.valid_from as account_since,
       i.kana as bank_kana, b.kana as branch_kana,
       i.bank is not null as bank_known, b.branch is not null as branch_known,
       ledger.bank_name_fault(k.holder_kana, s.kana_wo, s.kana_dot) as name_fault
  from ledger.payment_order p
 cross join asked d
 cross join bank s
  join ledger.creditor c on c.no = p.creditor
  left join ledger.creditor_account k on k.creditor = p.creditor and d.day between k.valid_from and k.valid_to
  left join ledger.institution i on i.bank = k.bank and d.day between i.valid_from and i.valid_to
  left join ledger.branch b on b.bank = k.bank and b.branch = k.branch and d.day between b.valid_from and b.valid_to
 where p.pay_date = d.pay_date and p.state = 'approved' and p.method = 'transfer'
   and not exists (select from refusal)
   and not exists (select from export.claim x where x.object = 'payment_order' and x.object_id = p.id and x.live);
analyze candidate (id);

insert into refusal
select 'payment_order', j.id, j.code,
       jsonb_strip_nulls(jsonb_build_object('order', j.no, 'creditor', j.creditor, 'amount', j.amount, 'bank', j.bank, 'branch', j.branch,
                                            'name', j.holder_kana, 'char', j.name_fault, 'closed', j.closed_on,
                                            'successor', case when j.closed_on is not null then coalesce(nullif(j.successor, ''), '—') end)),
       'item'
  from (select c.*, gone.valid_to as closed_on, concat_ws('-', gone.successor_bank, gone.successor_branch) as successor,
               case when c.suspended then 'PAYEE_SUSPENDED'
                    when c.account_id is null then 'PAYEE_WITHOUT_ACCOUNT'
                    when c.number = '0000000' then 'PAYEE_ACCOUNT_ALL_ZEROS'
                    when c.bank in ('0000', '9999') or c.branch = '999' and c.bank <> '9900' then 'PAYEE_CODE_RESERVED'
                    when gone.valid_to is not null then 'PAYEE_BRANCH_CLOSED'
                    when not c.bank_known then 'PAYEE_BANK_UNKNOWN'
                    when not c.branch_known then 'PAYEE_BRANCH_UNKNOWN'
                    when btrim(c.holder_kana) = '' then 'PAYEE_NAME_BLANK'
                    when c.name_fault is not null then 'PAYEE_NAME_CHARACTER'
                    when c.amount > 9999999999 then 'TRANSFER_AMOUNT_TOO_LARGE'
               end as code
          from candidate c
          left join lateral (
              -- A branch that ended with its bank names no successor of its own: the bank's says where its accounts went.
              select s.valid_to, coalesce(s.successor_bank, i.successor_bank) as successor_bank, s.successor_branch
                from ledger.branch s
                left join ledger.institution i on i.bank = s.bank and i.valid_to = s.valid_to
               where s.bank = c.bank and s.branch = c.branch and s.valid_to < (select day from asked)
               order by s.valid_to desc limit 1) gone on not (c.bank_known and c.branch_known)) j
 where j.code is not null;

create temp table payable on commit drop as
select c.*, case when s.multi_header then (c.seq - 1) / s.header_records_max + 1 else 1 end as grp
  from (select x.*, row_number() over (order by x.no) as seq
          from candidate x
         where not exists (select from refusal r where r.object = 'payment_order' and r.object_id = x.id)) c
 cross join bank s;

insert into refusal (code, detail, severity)
select 'TRANSFER_TOO_MANY', jsonb_build_object('count', count(*), 'max', s.records_max), 'stop'
  from payable cross join bank s group by s.records_max having count(*) > s.records_max
union all
select 'TRANSFER_TOO_MANY', jsonb_build_object('count', count(*), 'max', s.header_records_max), 'stop'
  from payable cross join bank s where not s.multi_header group by s.header_records_max, s.records_max
 having count(*) > s.header_records_max and count(*) <= s.records_max
union all
select 'TRANSFER_TOTAL_TOO_LARGE', jsonb_build_object('total', x.total), 'stop'
  from (select max(total) as total from (select sum(amount) as total from payable group by grp) y) x where x.total > 999999999999;

-- The bank's code decides, its name is for the eye: a name that does not fit the field is left out, not cut.
create temp table outgoing_header on commit drop as
select g.grp::bigint as seq, g.grp::int as grp, s.originator_code, s.originator_name, to_char(a.day, 'MM-DD') as pay_date,
       s.own_bank, case when s.names_filled = 'yes' then ledger.bank_file_name(o.bank_kana) end as own_bank_name,
       s.own_branch, case when s.names_filled = 'yes' then ledger.bank_file_name(o.branch_kana) end as own_branch_name,
       s.own_account_kind, s.own_account
  from asked a cross join bank s
 cross join lateral ledger.branch_on(s.own_bank, s.own_branch, a.day) o
 cross join (select distinct grp from payable) g;

create temp table outgoing_transfer on commit drop as
select p.seq, p.grp::int as grp, p.bank,
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
       -- Ten digits: the order's number without its letter and century. As EDI information it has room for all of it, over both fields.
       case s.customer_code when 'order' then right(regexp_replace(p.no, '[^0-9]', '', 'g'), 10)
                            when 'creditor' then p.creditor
                            when 'edi' then left(p.no, 10) end as customer_code1,
       case when s.customer_code = 'edi' then nullif(substr(p.no, 11, 10), '') end as customer_code2,
       case when s.customer_code = 'edi' then 'Y' end as edi_flag,
       s.method
  from payable p cross join bank s
 order by p.seq;

create temp table claim on commit drop as
select seq, 'payment_order'::text as object, id as object_id, amount as yen from payable order by seq;

update ledger.payment_order p set state = 'in_file', account_id = c.account_id
  from payable c
 where p.id = c.id and not exists (select from refusal where severity = 'stop');
