-- Accounts with their roles and sessions, by login id. $1 part of a login id or a name (null: all), $2 behind this login id, $3 rows,
-- $4 wrong attempts before a login id has to wait, $5 minutes of that.
with page as (
    select a.* from access.account a
     where ($1::text is null or position(lower($1) in lower(a.login_id)) > 0 or position(lower($1) in lower(a.display_name)) > 0)
       and ($2::text is null or a.login_id > $2)
     order by a.login_id limit $3
)
select a.login_id, a.display_name, a.origin, access.may_enter(a.login_id) as may_enter,
       to_char(a.disabled_at, 'YYYY-MM-DD HH24:MI') as disabled_at, a.disabled_reason,
       to_char(access.locked_until(a.login_id, $4, $5) at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as locked_until,
       a.password_hash is not null as has_password, a.must_change, a.totp_proven_at is not null as has_totp,
       coalesce((select array_agg(p.role || coalesce(':' || p.topic, '') order by p.role, p.topic nulls first)
                   from access.permission p where p.login_id = a.login_id and p.ended_at is null), '{}') as roles,
       to_char((select max(s.seen_at) from access.session s where s.login_id = a.login_id), 'YYYY-MM-DD HH24:MI') as last_seen,
       (select count(*) from access.session s where s.login_id = a.login_id and s.ended_at is null
           and s.seen_at > clock_timestamp() - interval '30 minutes') as sessions
  from page a
 order by a.login_id
