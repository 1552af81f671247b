-- ログインID → accounts, roles, history. No journal.

select ledger.post_accounts();

insert into posted (line, object, object_id, yen)
select c.line, 'account_change', c.id, 0
  from ledger.account_change c join account_version v on v.line = c.line
 where c.batch_id = (select id from batch);
