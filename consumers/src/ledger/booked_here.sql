-- What this transaction has booked so far, summed up by event, day and accounts. $1 the newest entry before it.
select r.name as event, e.fiscal_year, e.booked_on::text as booked_on, concat_ws(' ', d.code, d.name) as debit, concat_ws(' ', c.code, c.name) as credit,
       count(*) as postings, sum(p.amount)::bigint as yen
  from ledger.entry e
  join ledger.posting_rule r on r.event = e.event
  join ledger.posting p on p.entry_id = e.id
  join ledger.account d on d.code = p.debit_account
  join ledger.account c on c.code = p.credit_account
 where e.transaction = pg_current_xact_id_if_assigned()
   and e.id > $1
 group by r.name, e.fiscal_year, e.booked_on, d.code, d.name, c.code, c.name
 order by e.booked_on, r.name
