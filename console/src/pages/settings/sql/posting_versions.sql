-- Every version of the posting rules that were ever changed, the rule itself as the first one, and the last day of each. Of two for one day
-- only the later ever counted. $1 today.
with version as (
    select v.event, v.valid_from, v.version, v.debit_account, v.credit_account, v.why, v.made_by, v.made_at,
           row_number() over (partition by v.event, v.valid_from order by v.version desc) = 1 as counts
      from ledger.posting_rule_version v
    union all
    select r.event, null, 0, r.debit_account, r.credit_account, '', '', null, true
      from ledger.posting_rule r where exists (select from ledger.posting_rule_version v where v.event = r.event)
), span as (
    select v.*, lead(v.valid_from) over (partition by v.event order by v.valid_from nulls first) - 1 as last_day from version v where v.counts
)
select s.event, r.name, s.version, s.valid_from::text as valid_from, s.last_day::text as last_day, s.debit_account as debit, s.credit_account as credit,
       s.why, s.made_by, to_char(s.made_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as made_at,
       case when s.valid_from > $1::text::date then 'coming' when s.last_day < $1::text::date then 'over' else 'counts' end as standing
  from span s join ledger.posting_rule r on r.event = s.event
 order by s.event, s.valid_from desc nulls last
