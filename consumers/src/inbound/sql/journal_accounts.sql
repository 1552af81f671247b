select l.account, a.name as account_name, a.name_en as account_name_en, count(*) as lines, sum(l.debit)::bigint as debit, sum(l.credit)::bigint as credit
  from ledger.entry e
  join ledger.line l on l.entry_id = e.id
  left join ledger.account a on a.code = l.account
 where e.batch_id = $1 and e.id > $2
 group by l.account, a.name, a.name_en
 order by l.account
