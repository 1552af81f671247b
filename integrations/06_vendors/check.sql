-- 業者情報: is each record newer than what is stored, do its periods follow the rules of the joint service, is the vendor known, and
-- which creditor is it? The same record again is known; an older one comes too late; both are counted and passed over.

with today as (
    select id as batch, again, business_date, (business_date + 1)::timestamp at time zone 'Asia/Tokyo' as tomorrow from batch
), arrived as materialized (
    -- The three kinds of versions alike: key within the vendor, moment, what is stored of the key. What a record says is compared only where
    -- one of the same key and moment is stored, or the key stands in the file more than once; for all of a file it would cost most of the check.
    select s.line, 'vendor' as kind, s.vendor_no, '' as part, s.updated_at, s.action, k.vendor_no is not null as repeated,
           case when k.vendor_no is not null or r.updated_at = s.updated_at then ledger.record_content(s::text, s.line, s.sub, s.grp) end as content,
           r.updated_at as stored_at, r.content_hash as stored_content, r.action as stored_action, r.name as stored_name
      from staged_vendor s
      left join ledger.vendor_registration r on r.vendor = s.vendor_no and r.superseded_by is null and r.cancelled_at is null
      left join (select vendor_no from staged_vendor group by vendor_no having count(*) > 1) k on k.vendor_no = s.vendor_no
    union all
    select s.line, 'qualification', s.vendor_no, s.family || '-' || s.category, s.updated_at, s.action, k.vendor_no is not null,
           case when k.vendor_no is not null or q.updated_at = s.updated_at then ledger.record_content(s::text, s.line, s.sub, s.grp) end,
           q.updated_at, q.content_hash, q.action, null
      from staged_qualification s
      left join ledger.vendor_qualification q on q.vendor = s.vendor_no and q.family = s.family and q.category = s.category
                                             and q.superseded_by is null and q.cancelled_at is null
      left join (select vendor_no, family, category from staged_qualification group by vendor_no, family, category having count(*) > 1) k
             on k.vendor_no = s.vendor_no and k.family = s.family and k.category = s.category
    union all
    select s.line, 'suspension', s.vendor_no, s.starts_on::text, s.updated_at, s.action, k.vendor_no is not null,
           case when k.vendor_no is not null or p.updated_at = s.updated_at then ledger.record_content(s::text, s.line, s.sub, s.grp) end,
           p.updated_at, p.content_hash, p.action, null
      from staged_suspension s
      left join ledger.vendor_suspension p on p.vendor = s.vendor_no and p.starts_on = s.starts_on and p.superseded_by is null and p.cancelled_at is null
      left join (select vendor_no, starts_on from staged_suspension group by vendor_no, starts_on having count(*) > 1) k
             on k.vendor_no = s.vendor_no and k.starts_on = s.starts_on
), before as materialized (
    -- A moment that has not come makes nothing older while it waits for a person: it may never be posted.
    select a.line, max(a.updated_at) filter (where a.updated_at < t.tomorrow or n.line is not null) over earlier as file_at,
           lag(a.content) over (partition by a.kind, a.vendor_no, a.part, a.updated_at order by a.line) as twin
      from arrived a
     cross join today t
      left join (select distinct line from answered where code = 'VENDOR_FROM_THE_FUTURE') n on n.line = a.line
     where a.repeated
    window earlier as (partition by a.kind, a.vendor_no, a.part order by a.line rows between unbounded preceding and 1 preceding)
), placed as (
    select a.*, b.file_at, b.twin from arrived a left join before b using (line)
), judged as materialized (
    select p.*, greatest(p.stored_at, p.file_at) as newest,
           case when p.updated_at < greatest(p.stored_at, p.file_at) then 'older'
                when p.twin = p.content or p.updated_at = p.stored_at and p.content = p.stored_content then 'seen'
                when p.updated_at = p.stored_at then 'same_moment'
                else 'fresh' end as age
      from placed p
), incoming as (
    select v.*, j.age, j.stored_at, j.stored_action, j.stored_name, w.creditor as linked, n.registration
      from staged_vendor v
      join judged j on j.line = v.line and j.kind = 'vendor'
     cross join lateral (select ledger.registration_number(v.invoice_reg_no) as registration) n
      left join ledger.vendor w on w.no = v.vendor_no
), candidate as materialized (
    select i.line, i.name, i.corporate_no, i.registration, count(*) as count, min(c.creditor) as creditor,
           string_agg(c.creditor, ', ' order by c.creditor) as creditors
      from (select i.line, c.no as creditor from incoming i join ledger.creditor c on c.corporate_number = i.corporate_no
             where i.linked is null and i.action <> '4'
            union
            select i.line, c.no from incoming i join ledger.creditor c on c.invoice_number = i.registration where i.linked is null and i.action <> '4') c
      join incoming i using (line)
     where i.age in ('fresh', 'same_moment')
     group by i.line, i.name, i.corporate_no, i.registration
), doubtful as (
    select c.line, 'VENDOR_CREDITOR_AMBIGUOUS' as code, jsonb_build_object('value', c.name, 'creditors', c.creditors) as detail
      from candidate c where c.count > 1
    union all
    select c.line, 'VENDOR_CREDITOR_CONTRADICTS',
           jsonb_build_object('value', c.name, 'creditor', k.no, 'name', k.name, 'registered', concat_ws(' ', k.corporate_number, k.invoice_number),
                              'claimed', concat_ws(' ', c.corporate_no, c.registration))
      from candidate c join ledger.creditor k on k.no = c.creditor
     where c.count = 1 and (k.corporate_number <> c.corporate_no or k.invoice_number <> c.registration)
), ahead as materialized (
    -- A moment that has not come yet would bar every right change until then.
    select j.line, j.vendor_no, j.updated_at from judged j cross join today t
     where j.age = 'fresh' and j.updated_at >= t.tomorrow
       and not exists (select from answered a where a.line = j.line and a.code = 'VENDOR_FROM_THE_FUTURE')
), registers as materialized (
    -- Vendors that a line of this file registers, and those of whom that line is posted with it.
    select i.vendor_no, bool_or(i.age in ('fresh', 'seen') and d.line is null and h.line is null) as posted
      from incoming i left join doubtful d using (line) left join ahead h using (line)
     where i.action <> '4' group by i.vendor_no
), unknown as (
    select j.line, j.vendor_no, g.vendor_no is not null as waits
      from judged j
      left join registers g using (vendor_no)
     where j.age = 'fresh' and (j.kind <> 'vendor' or j.action = '4') and not coalesce(g.posted, false)
       and not exists (select from ledger.registered_vendor r where r.vendor = j.vendor_no)
), period as (
    select line, 'qual_from' as begin_field, qual_from as begins, qual_to as ends from staged_vendor
    union all
    select line, 'valid_from', valid_from, valid_to from staged_qualification
    union all
    select line, 'starts_on', starts_on, ends_on from staged_suspension
)

-- The file is wrong
select line, 'reject' as verdict, 'VENDOR_PERIOD_BACKWARDS' as code, begin_field as field, jsonb_build_object('value', begins, 'to', ends) as detail
  from period where ends < begins
union all
select line, 'reject', 'VENDOR_PERIOD_START', 'qual_from', jsonb_build_object('value', qual_from)
  from staged_vendor where extract(day from qual_from) <> 1
union all
select line, 'reject', 'VENDOR_PERIOD_END', 'qual_to', jsonb_build_object('value', qual_to)
  from staged_vendor where extract(day from qual_to + 1) <> 1
union all
-- 20 months counted from the month after the closing month.
select v.line, 'reject', 'VENDOR_PERIOD_LONG', 'qual_to', jsonb_build_object('value', v.qual_to, 'closing', v.closing_date, 'last', m.last)
  from staged_vendor v
 cross join lateral (select (date_trunc('month', v.closing_date) + interval '21 months')::date - 1 as last) m
 where v.qual_to > m.last
union all
select line, 'reject', 'VENDOR_AGENT_UNEXPECTED', 'agent', jsonb_build_object('value', vendor_no)
  from staged_vendor where agent = '0' and num_nonnulls(agent_office, agent_title, agent_name, agent_address, agent_tel) > 0
union all
select line, 'reject', 'INVOICE_NUMBER_FORM', 'invoice_reg_no', jsonb_build_object('value', invoice_reg_no)
  from incoming where registration !~ '^T[0-9]{13}$'

-- Known already
union all
select line, 'skip', case age when 'older' then 'VENDOR_OLDER' else 'VENDOR_SEEN' end, 'updated_at',
       jsonb_build_object('value', ledger.moment(updated_at), 'vendor', vendor_no, 'stored', ledger.moment(newest))
  from judged where age in ('older', 'seen')

-- A person must decide
union all
select j.line, 'hold', 'VENDOR_SAME_MOMENT', 'updated_at', jsonb_build_object('value', ledger.moment(j.updated_at), 'vendor', j.vendor_no)
  from judged j
 where j.age = 'same_moment' and not exists (select from answered a where a.line = j.line and a.code = 'VENDOR_SAME_MOMENT')
union all
select line, 'hold', 'VENDOR_FROM_THE_FUTURE', 'updated_at', jsonb_build_object('value', ledger.moment(updated_at), 'vendor', vendor_no) from ahead
union all
select line, 'hold', code, 'corporate_no', detail from doubtful
union all
select line, 'hold', case when waits then 'VENDOR_WAITS' else 'VENDOR_UNKNOWN' end, 'vendor_no', jsonb_build_object('value', vendor_no) from unknown

-- Worth saying
union all
select i.line, 'warn', 'VENDOR_NEW_BUT_KNOWN', 'action', jsonb_build_object('value', i.vendor_no)
  from incoming i where i.age = 'fresh' and i.action = '1' and i.stored_action <> '4'
union all
select i.line, 'warn', 'VENDOR_CHANGE_OF_UNKNOWN', 'action', jsonb_build_object('value', i.vendor_no)
  from incoming i where i.age = 'fresh' and i.action in ('2', '3') and i.stored_at is null
   and not exists (select from incoming e where e.vendor_no = i.vendor_no and e.line < i.line)
union all
select j.line, 'warn', 'VENDOR_NOTHING_TO_END', 'action', jsonb_build_object('value', j.vendor_no, 'part', j.part)
  from judged j
 where j.age = 'fresh' and j.kind <> 'vendor' and j.action = '4' and j.stored_at is null
   and not exists (select from judged e where (e.kind, e.vendor_no, e.part) = (j.kind, j.vendor_no, j.part) and e.line < j.line)
union all
-- The creditor is registered by its own procedure: what changes here is not carried over, but the accounting office is told.
select i.line, 'warn', 'VENDOR_CREDITOR_OUTDATED', 'name', jsonb_build_object('value', i.name, 'creditor', k.no, 'name', k.name)
  from incoming i join ledger.creditor k on k.no = i.linked
 where i.age = 'fresh' and i.action <> '4'
   and (i.name <> i.stored_name and i.name <> k.name or i.corporate_no <> k.corporate_number or i.registration <> k.invoice_number)
union all
select p.line, 'warn', 'VENDOR_SUSPENDED_ELSEWHERE', 'local_body', jsonb_build_object('value', p.local_body, 'vendor', p.vendor_no)
  from staged_suspension p cross join ledger.eltax_agency g where p.local_body <> g.local_body_code
