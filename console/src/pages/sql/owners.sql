-- Accounts that can enter and may see each of some topics. $1 slugs; an empty one asks for a role on all of them.
select a.login_id as login, a.display_name as name
  from access.account a
 where access.may_enter(a.login_id)
   and not exists (select from unnest($1::text[]) t (slug)
                    where not exists (select from access.permission p
                                       where p.login_id = a.login_id and p.ended_at is null and (p.topic is null or p.topic = t.slug)))
 order by a.login_id
