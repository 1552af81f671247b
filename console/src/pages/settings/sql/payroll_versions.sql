-- Every version of the sections that were ever changed, the section itself as the first one, and the last pay date of each. Of two for one
-- day only the later ever counted. $1 today.
with version as (
    select v.section, v.valid_from, v.version, v.name, v.payee, v.why, v.made_by, v.made_at,
           row_number() over (partition by v.section, v.valid_from order by v.version desc) = 1 as counts
      from ledger.payroll_section_version v
    union all
    select s.section, null, 0, s.name, s.payee, '', '', null, true
      from ledger.payroll_section s where exists (select from ledger.payroll_section_version v where v.section = s.section)
), span as (
    select v.*, lead(v.valid_from) over (partition by v.section order by v.valid_from nulls first) - 1 as last_day from version v where v.counts
)
select s.section, s.version, s.valid_from::text as valid_from, s.last_day::text as last_day, s.name, s.payee, c.name as payee_name, s.why, s.made_by,
       to_char(s.made_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as made_at,
       case when s.valid_from > $1::text::date then 'coming' when s.last_day < $1::text::date then 'over' else 'counts' end as standing
  from span s join ledger.creditor c on c.no = s.payee
 order by s.section, s.valid_from desc nulls last
