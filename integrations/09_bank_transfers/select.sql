-- Approved payment orders of one pay date → 総合振込. Parameter: pay_date (YYYY-MM-DD).
-- What cannot go is listed with its reason and left out; what would make the whole file wrong stops the run.

-- The profile's switches as columns.
create temp table bank on commit drop as
select max(value) filter (where key = 'originator_code') as originator_code, max(value) filter (where key = 'originator_name') as originator_name,
       max(value) filter (where key = 'own_bank') as own_bank, max(value) filter (where key = 'own_branch') as own_branch,
       max(value) filter (where key = 'own_account_kind') as own_account_kind, max(value) filter (where key = 'own_account') as own_account,
       max(value) filter (where key = 'names_filled') as names_filled, max(value) filter (where key = 'novelty') as novelty,
       max(value) filter (where key = 'customer_code') as customer_code, max(value) filter (where key = 'method') as method,
       -- Most records of a file, and of them behind one header; a file with one header holds no more than that takes.
       least((max(value) filter (where key = 'records_max'))::bigint,
             case when max(value) filter (where key = 'multi_header') = 'yes' then null
                  else (max(value) filter (where key = 'header_records_max'))::bigint end) as records_max,
       (max(value) filter (where key = 'header_records_max'))::bigint as header_records_max,
       (max(value) filter (where key = 'total_max'))::bigint as total_max,
       max(value) filter (where key = 'kana_wo') = 'yes' as kana_wo, max(value) filter (where key = 'kana_dot') = 'yes' as kana_dot,
       max(value) filter (where key = 'non_business_day') as non_business_day,
       (max(value) filter (where key = 'cut_off'))::time as cut_off,
       (max(value) filter (where key = 'days_ahead_min'))::int as days_ahead_min, (max(value) filter (where key = 'days_ahead_max'))::int as days_ahead_max
  from setting;

-- The day the orders are due, and the day the bank transfers: another one where it shifts holidays.
create temp table asked on commit drop as
select a.*, case when a.pay_date <= (select through from ledger.calendar_horizon) then ledger.transfer_day(a.pay_date, s.non_business_day) end as day
  from (select ledger.date_or_null((select value from param where key = 'pay_date')) as pay_date,
               (select value from param where key = 'pay_date') as written) a
 cross join bank s;
analyze bank, asked;
update run set needed_by = ledger.bank_hour(s.days_ahead_min, s.cut_off, a.day) from asked a cross join bank s;

create temp table refusal (object text, object_id bigint, code text, detail jsonb, severity text) on commit drop;

insert into refusal (code, detail, severity)
select f.code, f.detail, 'stop'
  from asked a cross join bank s cross join run r
 cross join lateral ledger.transfer_date_fault(a.written, r.business_date, ledger.ordered_behind(r.file_id, s.cut_off), s.non_business_day,
                                               s.days_ahead_min, s.days_ahead_max, s.cut_off) f;

insert into refusal (code, detail, severity)
select 'TRANSFER_OWN_BRANCH_UNKNOWN', jsonb_build_object('bank', s.own_bank, 'branch', s.own_branch, 'pay_date', a.day), 'stop'
  from asked a cross join bank s
 where not exists (select from ledger.branch_on(s.own_bank, s.own_branch, a.day)) and not exists (select from refusal);

-- Every approved order of the day.
create temp table due on commit drop as
select p.id, p.no, p.amount - p.deducted as amount, p.creditor, p.fiscal_year,
       -- 31 May: the bank may move a day at the end of 出納整理期間 past it.
       not p.from_deposit and not ledger.fiscal_year_accepts(p.fiscal_year, d.day) as year_closed
  from ledger.payment_order p
  join asked d on p.pay_date = d.pay_date
 where p.state = 'approved' and p.method = 'transfer'
   and not exists (select from refusal)
   and not exists (select from export.claim x where x.object = 'payment_order' and x.object_id = p.id and x.live);
set local default_statistics_target = 10;
analyze due (id, creditor);

-- Once for each of their creditors: the account on the day the bank transfers, what the bank master says of it, and what bars it.
create temp table payee on commit drop as
select c.no as creditor, k.id as account_id, k.bank, k.branch, k.kind, k.number, k.holder_kana, k.unpayable_reason, k.unpayable_since,
       i.name as bank_name, b.name as branch_name,
       gone.valid_to as closed_on, coalesce(nullif(concat_ws('-', gone.successor_bank, gone.successor_branch), ''), '—') as successor,
       fault.char as name_fault,
       case when d.day between c.suspended_from and coalesce(c.suspended_to, date '9999-12-31') then 'PAYEE_SUSPENDED'
            when k.id is null then 'PAYEE_WITHOUT_ACCOUNT'
            when k.unpayable_reason is not null then 'PAYEE_ACCOUNT_UNPAYABLE'
            when k.number = '0000000' then 'PAYEE_ACCOUNT_ALL_ZEROS'
            when k.bank in ('0000', '9999') or k.branch = '999' and k.bank <> '9900' then 'PAYEE_CODE_RESERVED'
            when gone.valid_to is not null then 'PAYEE_BRANCH_CLOSED'
            when i.bank is null then 'PAYEE_BANK_UNKNOWN'
            when b.branch is null then 'PAYEE_BRANCH_UNKNOWN'
            when btrim(k.holder_kana) = '' then 'PAYEE_NAME_BLANK'
            when fault.char is not null then 'PAYEE_NAME_CHARACTER'
            when said.answer <> '0' then 'PAYEE_ACCOUNT_DENIED' end as code,
       said.answer, said.answered_on,
       case when s.novelty = 'zero' then '0'
            -- By a file: what was debited or paid at the counter told the bank of no account. One that came back did.
            when not exists (select from ledger.payment_order x
                              where x.creditor = c.no and x.method = 'transfer' and x.state in ('released', 'paid', 'returned')) then '1'
            when exists (select from ledger.creditor_account a where a.creditor = c.no and a.valid_to < k.valid_from)
                 and not exists (select from ledger.payment_order x
                                  where x.creditor = c.no and x.method = 'transfer' and x.state in ('released', 'paid', 'returned')
                                    and x.pay_date >= k.valid_from) then '2'
            else '0' end as novelty
  from (select distinct creditor from due) o
 cross join asked d
 cross join bank s
  join ledger.creditor c on c.no = o.creditor
  left join ledger.creditor_account k on k.creditor = o.creditor and d.day between k.valid_from and k.valid_to
  -- A name is looked at once for each branch, not for each payee (offset 0).
  left join lateral (
      select x.bank, case when s.names_filled = 'yes' then ledger.bank_file_name(x.kana) end as name
        from ledger.institution x where x.bank = k.bank and d.day between x.valid_from and x.valid_to offset 0) i on true
  left join lateral (
      select x.branch, case when s.names_filled = 'yes' then ledger.bank_file_name(x.kana) end as name
        from ledger.branch x where x.bank = k.bank and x.branch = k.branch and d.day between x.valid_from and x.valid_to offset 0) b on true
  left join ledger.account_answer said on said.account_id = k.id
 cross join lateral (select ledger.bank_name_fault(k.holder_kana, s.kana_wo, s.kana_dot) as char offset 0) fault
  left join lateral (
      -- A branch that ended with its bank names no successor of its own: the bank's says where its accounts went.
      select x.valid_to, coalesce(x.successor_bank, y.successor_bank) as successor_bank, x.successor_branch
        from ledger.branch x
        left join ledger.institution y on y.bank = x.bank and y.valid_to = x.valid_to
       where (i.bank is null or b.branch is null) and x.bank = k.bank and x.branch = k.branch and x.valid_to < d.day
       order by x.valid_to desc limit 1) gone on true;
analyze payee (creditor);

insert into refusal
select 'payment_order', o.id, coalesce(case when o.year_closed then 'TRANSFER_YEAR_CLOSED' end, p.code, 'TRANSFER_AMOUNT_TOO_LARGE'),
       jsonb_strip_nulls(jsonb_build_object('order', o.no, 'creditor', o.creditor, 'amount', o.amount, 'bank', p.bank, 'branch', p.branch,
                                            'reason', p.unpayable_reason, 'since', p.unpayable_since, 'name', p.holder_kana, 'char', p.name_fault, 'closed', p.closed_on,
                                            'successor', case when p.closed_on is not null then p.successor end,
                                            'answer', case when p.answer <> '0' then p.answer end, 'answered', p.answered_on, 'max', least(9999999999, s.total_max),
                                            'year', case when o.year_closed then o.fiscal_year end, 'day', (select day from asked))),
       'item'
  from due o
  join payee p using (creditor)
 cross join bank s
 where p.code is not null or o.year_closed or o.amount > least(9999999999, s.total_max);

-- What goes, in the order of the numbers, cut into files where one may not hold so many. The bank's code decides, its name is for the
-- eye: a name that does not fit the field is left out, not cut.
create temp table outgoing_transfer on commit drop as
select o.seq, ((o.seq - 1) / s.records_max + 1)::int as part, ((o.seq - 1) % s.records_max / s.header_records_max + 1)::int as grp,
       o.id as order_id, o.account_id, o.bank, o.bank_name, o.branch, o.branch_name, o.kind as account_kind, o.number as account,
       o.holder_kana as payee, o.amount, o.novelty,
       -- Ten digits: the order's number without its letter and century. As EDI information it has room for all of it, over both fields.
       case s.customer_code when 'order' then right(translate(o.no, translate(o.no, '0123456789', ''), ''), 10)
                            when 'creditor' then o.creditor
                            when 'edi' then left(o.no, 10) end as customer_code1,
       case when s.customer_code = 'edi' then nullif(substr(o.no, 11, 10), '') end as customer_code2,
       case when s.customer_code = 'edi' then 'Y' end as edi_flag,
       s.method
  from (select row_number() over (order by d.no collate "C") as seq, d.id, d.no, d.amount, p.creditor, p.account_id, p.bank, p.bank_name, p.branch, p.branch_name,
               p.kind, p.number, p.holder_kana, p.novelty
          from due d
          join payee p using (creditor)
         cross join bank s
         where p.code is null and not d.year_closed and d.amount <= least(9999999999, s.total_max)) o
 cross join bank s;

-- The same where the sum is what a file may not exceed: each takes as many orders as it can hold.
with recursive running as materialized (
    select seq, sum(amount) over (order by seq) as total from outgoing_transfer
), cut (part, first, last) as (
    select 1, 1::bigint, (select max(r.seq) from running r where r.seq <= s.records_max and r.total <= s.total_max) from bank s
    union all
    select k.part + 1, k.last + 1,
           (select max(r.seq) from running r
             where r.seq <= k.last + s.records_max and r.total <= s.total_max + (select x.total from running x where x.seq = k.last))
      from cut k cross join bank s
     where k.last < (select max(seq) from running)
)
update outgoing_transfer t set part = k.part, grp = ((t.seq - k.first) / s.header_records_max + 1)::int
  from cut k cross join bank s
 where t.seq between k.first and k.last
   and exists (select from outgoing_transfer group by part having sum(amount) > (select total_max from bank));

create temp table outgoing_header on commit drop as
select (g.part * 1000000 + g.grp)::bigint as seq, g.part, g.grp, s.originator_code, s.originator_name, to_char(a.day, 'MM-DD') as pay_date,
       s.own_bank, case when s.names_filled = 'yes' then ledger.bank_file_name(o.bank_kana) end as own_bank_name,
       s.own_branch, case when s.names_filled = 'yes' then ledger.bank_file_name(o.branch_kana) end as own_branch_name,
       s.own_account_kind, s.own_account
  from asked a cross join bank s
 cross join lateral ledger.branch_on(s.own_bank, s.own_branch, a.day) o
 cross join (select part, grp from outgoing_transfer group by part, grp) g;

create temp table claim on commit drop as
select seq, part, 'payment_order'::text as object, order_id as object_id, amount as yen from outgoing_transfer;

update ledger.payment_order p set state = 'in_file', account_id = t.account_id, paid_on = (select day from asked)
  from outgoing_transfer t
 where p.id = t.order_id and not exists (select from refusal where severity = 'stop');
