-- Disables an account, or lets it in again. $1 login id, $2 disabled, $3 who, $4 why.
update access.account
   set disabled_at = case when $2 then coalesce(disabled_at, clock_timestamp()) end,
       disabled_by = case when $2 then coalesce(disabled_by, $3) end,
       disabled_reason = case when $2 then nullif($4, '') end
 where login_id = $1
