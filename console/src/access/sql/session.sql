-- The person behind a session. $1 SHA-256 of the token, $2 idle minutes, $3 hours in all, $4 minutes a proof of identity counts.
-- Seen is written at most once a minute: a page with many parts must not write for each.
with live as (
    select s.token_sha256, s.login_id, s.csrf, s.complete, s.way, s.seen_at,
           s.proven_at > clock_timestamp() - make_interval(mins => $4) as proven_lately
      from access.session s
     where s.token_sha256 = $1
       and s.ended_at is null
       and s.seen_at > clock_timestamp() - make_interval(mins => $2)
       and s.begun_at > clock_timestamp() - make_interval(hours => $3)
       and access.may_enter(s.login_id)
), seen as (
    update access.session s set seen_at = clock_timestamp()
      from live l
     where s.token_sha256 = l.token_sha256 and l.seen_at < clock_timestamp() - interval '1 minute'
)
select a.login_id, a.display_name, l.csrf, l.complete, a.must_change and l.way = 'password' as must_change, a.totp_proven_at is not null as has_totp, l.proven_lately,
       coalesce(p.roles, '{}') as roles, coalesce(p.topics, '{}') as topics
  from live l
  join access.account a using (login_id)
  left join lateral (
       select array_agg(p.role order by p.id) as roles, array_agg(coalesce(p.topic, '') order by p.id) as topics
         from access.permission p
        where p.login_id = a.login_id and p.ended_at is null) p on true
