-- What the checks say when they ran again, in one order whatever the plan. What they said before of the same line and field, by the
-- same code, goes on: since when, who looks after it, what is known. Findings of before are those that this transaction has just
-- closed, and what was noted. $1 batch.
with said as (
    select v.*, coalesce(v.line, -1) as at, coalesce(v.field, '') as of_field, coalesce(v.detail::text, '') as told,
           row_number() over (partition by v.line, v.verdict, v.code, v.field, v.detail::text) as nth,
           count(*) over (partition by v.line, v.verdict, v.code, v.field) as alike
      from pg_temp.verdict v
), before as (
    select f.id, f.verdict, f.code, f.created_at, coalesce(f.line, -1) as at, coalesce(f.field, '') as of_field,
           coalesce(f.detail::text, '') as told,
           row_number() over (partition by f.line, f.verdict, f.code, f.field, f.detail::text order by f.id) as nth,
           count(*) over (partition by f.line, f.verdict, f.code, f.field) as alike
      from intake.finding f
     where f.batch_id = $1 and (f.state = 'noted' or f.state = 'resolved' and f.resolved_at = now())
       and not exists (select from intake.finding n where n.renews = f.id)
), added as (
    insert into intake.finding (batch_id, line, verdict, code, field, detail, state, created_at, renews)
    select $1, s.line, s.verdict, s.code, s.field, s.detail,
           case when s.verdict = 'hold' then 'open' else 'noted' end, coalesce(b.created_at, now()), b.id
      from said s
      -- Where a line has one such finding, then as now, its values may have changed.
      left join before b on (b.at, b.verdict, b.code, b.of_field) = (s.at, s.verdict, s.code, s.of_field)
                        and ((b.told, b.nth) = (s.told, s.nth) or b.alike = 1 and s.alike = 1)
     order by s.line nulls first, s.code, s.field, s.told
    returning id, renews
)
insert into intake.finding_note (finding_id, owner, note, at, by)
select a.id, n.owner, n.note, n.at, n.by
  from added a
  join lateral (select n.owner, n.note, n.at, n.by from intake.finding_note n where n.finding_id = a.renews order by n.id desc limit 1) n on true
