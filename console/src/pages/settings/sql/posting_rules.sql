-- Posting rules as they count today, with the newest entry of each: found by its index, however many there are. $1 today.
select r.event, r.name, a.debit_account as debit, a.credit_account as credit, e.id as entry, e.booked_on::text as used_on,
       ledger.setting_version('posting_rule', r.event) as version
  from ledger.posting_rule r
 cross join lateral ledger.posting_accounts(r.event, $1::text::date) a
  left join lateral (select e.id, e.booked_on from ledger.entry e where e.event = r.event order by e.id desc limit 1) e on true
 order by r.opens, r.event like 'DEPRECIATION%', r.event
