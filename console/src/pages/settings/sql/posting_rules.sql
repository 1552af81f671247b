select r.event, r.name, r.debit_account as debit, r.credit_account as credit,
       (select count(*) from ledger.entry e where e.event = r.event) as entries, ledger.setting_version('posting_rule', r.event) as version
  from ledger.posting_rule r
 order by r.opens, r.event like 'DEPRECIATION%', r.event
