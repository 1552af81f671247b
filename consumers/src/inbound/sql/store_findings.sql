-- In one order whatever the plan: findings of a line are told as they are numbered.
insert into intake.finding (batch_id, line, verdict, code, field, detail, state)
select $1, line, verdict, code, field, detail, case when $2 <> '' then $2 when verdict = 'hold' then 'open' else 'noted' end
  from pg_temp.verdict order by line nulls first, code, field, detail::text
