-- Every account with its roles and sessions. $1 wrong attempts before a login id has to wait, $2 minutes of that.
select a.login_id, a.display_name, a.origin, access.may_enter(a.login_id) as may_enter,
       to_char(a.disabled_at, 'YYYY-MM-DD HH24:MI') as disabled_at, a.disabled_reason,
       to_char(access.locked_until(a.login_id, $1, $2) at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as locked_until,
       a.password_hash is not null as has_password, a.must_change, a.totp_proven_at is not null as has_totp,
       coalesce((select array_agg(p.role || coalesce(':' || p.topic, '') order by p.role, p.topic nulls first)
                   from access.permission p where p.login_id = a.login_id and p.ended_at is null), '{}') as roles,
       to_char((select max(s.seen_at) from access.session s where s.login_id = a.login_id), 'YYYY-MM-DD HH24:MI') as last_seen,
       (select count(*) from access.session s where s.login_id = a.login_id and s.ended_at is null
           and s.seen_at > clock_timestamp() - interval '30 minutes') as sessions
  from access.account a
 order by a.login_id
