-- An audit event of a session. $1 login id in small letters, $2 action, $3 reason, $4 what is known.
select audit.record(coalesce(a.login_id, 'unknown'), $2, 'account', coalesce(a.login_id, 'unknown'), null, $4::jsonb, $3)
  from (select 1) one
  left join access.account a on lower(a.login_id) = $1
