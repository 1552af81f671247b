select s.section, s.name, s.payee, c.name as payee_name, s.withheld, ledger.setting_version('payroll_section', s.section) as version
  from ledger.payroll_section s join ledger.creditor c on c.no = s.payee
 order by s.section
