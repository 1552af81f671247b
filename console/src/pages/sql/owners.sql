-- Accounts that can enter and may see each of some topics. $1 slugs; an empty one asks for a role on all of them.
-- Roles first: of thousands of accounts few have any, and whether one can enter is a question for each.
with may as materialized (
    select p.login_id
      from (select distinct slug from unnest($1::text[]) t (slug)) t
      join access.permission p on p.ended_at is null and (p.topic is null or p.topic = t.slug)
     group by p.login_id
    having count(distinct t.slug) = (select count(distinct slug) from unnest($1::text[]) t (slug))
)
select a.login_id as login, a.display_name as name
  from may m
  join access.account a on a.login_id = m.login_id
 where access.may_enter(a.login_id)
 order by a.login_id
