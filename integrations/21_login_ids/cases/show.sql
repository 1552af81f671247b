-- The history of every account, and what it comes to.
select c.batch_id as "受付", c.line as "行", c.staff_no as "職員番号", c.login_id as "ログインID", c.version as "版", c.change as "変更",
       c.after ->> 'department' as "所属",
       (select string_agg(role, ' ' order by role) from jsonb_array_elements_text(c.after -> 'roles') role) as "役割（届出）",
       (select string_agg(r.organization || ':' || r.role, ' ' order by r.organization, r.role) from ledger.account_role r
         where r.login_id = a.login_id) as "役割（現在）",
       case when a.active then '有効' else '無効' end as "現在", a.replaced_by as "後継ID",
       ledger.account_may_act(a.login_id, date '2026-10-05') as "使用可"
  from ledger.account_change c join ledger.user_account a on a.login_id = c.login_id
 order by c.id
