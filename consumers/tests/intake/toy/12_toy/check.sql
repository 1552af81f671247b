-- The name of a record says what the check makes of it; `unknown` is held until toy.known has it.
select s.line,
       case s.name when 'reject' then 'reject' when 'known' then 'skip' when 'odd' then 'warn' else 'hold' end,
       'TOY_' || upper(s.name), 'name', jsonb_build_object('name', s.name)
  from staged_item s
 where s.name in ('reject', 'known', 'odd')
    or (s.name = 'unknown' and not exists (select from toy.known))
    or (s.name = 'soft' and not (select again from batch))
union all
select null, 'hold', 'TOY_WHOLE', null, null
  from staged_item s
 where s.name = 'whole' and not (select again from batch)
