-- Sections as they count for pay of today. $1 today.
select s.section, v.name, v.payee, c.name as payee_name, v.withheld, ledger.setting_version('payroll_section', s.section) as version
  from ledger.payroll_section s
 cross join lateral ledger.payroll_section_on(s.section, $1::text::date) v
  join ledger.creditor c on c.no = v.payee
 order by s.section
