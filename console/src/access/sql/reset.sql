-- A new initial password, which can be tried at once. $1 login id, $2 hash, $3 whether the one-time codes are taken away.
update access.account
   set password_hash = $2, password_set_at = clock_timestamp(), must_change = true, lock_lifted_at = clock_timestamp(),
       totp_sealed = case when $3 then null else totp_sealed end,
       totp_proven_at = case when $3 then null else totp_proven_at end
 where login_id = $1
