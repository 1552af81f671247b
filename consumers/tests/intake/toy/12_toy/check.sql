-- The name of a record says what the check makes of it; `unknown` is held until toy.known has it, and only then asked about
-- its price; `soft` and `whole` are questions a person may answer; `later` asks about itself, and when it is posted about the
-- whole file.
select s.line,
       case s.name when 'reject' then 'reject' when 'known' then 'skip' when 'odd' then 'warn' else 'hold' end,
       'TOY_' || upper(s.name), 'name', jsonb_build_object('name', s.name)
  from staged_item s
 where s.name in ('reject', 'known', 'odd')
    or (s.name = 'unknown' and not exists (select from toy.known))
    or (s.name = 'soft' and not exists (select from answered a where a.line = s.line and a.code = 'TOY_SOFT'))
    or (s.name = 'later' and not exists (select from answered a where a.line = s.line and a.code = 'TOY_LATER'))
union all
select s.line, 'hold', 'TOY_PRICE', 'amount', null
  from staged_item s
 where s.name = 'unknown' and exists (select from toy.known) and s.amount >= 1000
   and not exists (select from answered a where a.line = s.line and a.code = 'TOY_PRICE')
union all
select null, 'hold', 'TOY_WHOLE', null, null
  from staged_item s
 where (s.name = 'whole' or s.name = 'later' and (select again from batch))
   and not exists (select from answered a where a.line is null and a.code = 'TOY_WHOLE')
