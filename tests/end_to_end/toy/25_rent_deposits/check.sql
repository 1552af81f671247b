-- A deposit of more than a million yen is looked at by a person.
select s.line, 'hold' as verdict, 'REVENUE_ORIGIN_HELD' as code, 'amount' as field,
       jsonb_build_object('line', s.line, 'key', s.tenant) as detail
  from staged_deposit s
 where s.amount > 1000000
   and not exists (select from answered a where a.line = s.line and a.code = 'REVENUE_ORIGIN_HELD')
