-- What an account was allowed cannot be taken back for the past: the next version mends it.
select c.line, 'account_change' as object, c.id as object_id, 'ACCOUNT_CORRECT_FORWARD' as code,
       jsonb_build_object('login', c.login_id, 'version', c.version) as detail
  from ledger.account_change c where c.batch_id = (select id from batch)
