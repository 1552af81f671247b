-- Handing over (引継ぎ): whoever leaves a post may leave drafts of payment orders that need another pair of hands. Behind staff and accounts,
-- because both say who is who: an order names the login it was made by.

create function ledger.staff_of_account(account text) returns text
language sql stable as $$
    select coalesce(
        (select a.staff_no from ledger.user_account a where lower(a.login_id) = lower(account)),
        (select s.staff_no from ledger.staff s where s.staff_no = upper(account) or lower(s.mail) = lower(account) order by s.staff_no limit 1))
$$;
comment on function ledger.staff_of_account is 'The person behind a login: as 21 says; else the number itself, or the mail address.';

create view ledger.approving_post as
-- By the role of the account (21) where the organization has any; else by rank: 係長 or above.
select a.staff_no, r.organization, greatest(a.valid_from, s.hired) as valid_from, least(a.valid_to, coalesce(s.left_on, date '9999-12-31')) as valid_to
  from ledger.account_role r
  join ledger.user_account a using (login_id)
  join ledger.staff s on s.staff_no = a.staff_no
 where r.role = 'approve' and a.active
union all
select p.staff_no, p.organization, p.valid_from, p.valid_to
  from ledger.staff_posting p
 where p.rank in ('10', '20', '30')
   and not exists (select from ledger.account_role r where r.role = 'approve' and r.organization = p.organization);
comment on view ledger.approving_post is 'Who can approve payment orders of an organization, from when to when.';

create type ledger.leaver as (staff_no text, organization text, effective date);
comment on type ledger.leaver is 'Somebody who leaves a post: the organization, and the first day without him.';

create function ledger.drafts_in_hand(leavers ledger.leaver[]) returns table (staff_no text, organization text, effective date, role text, order_no text, yen bigint)
language sql stable as $$
    with draft as materialized (
        select p.no, p.organization, p.amount, ledger.staff_of_account(p.made_by) as maker from ledger.payment_order p where p.state = 'draft'
    ), alone as materialized (
        select distinct l.staff_no, l.organization, l.effective from unnest(leavers) l
         where exists (select from ledger.approving_post a
                        where a.organization = l.organization and a.staff_no = l.staff_no and l.effective - 1 between a.valid_from and a.valid_to)
           and not exists (select from ledger.approving_post a join ledger.staff s on s.staff_no = a.staff_no and s.status <> 'on_leave'
                            where a.organization = l.organization and a.staff_no <> l.staff_no and l.effective between a.valid_from and a.valid_to)
    )
    select distinct l.staff_no, l.organization, l.effective, 'made', d.no, d.amount
      from unnest(leavers) l join draft d on d.maker = l.staff_no and d.organization = l.organization
    union all
    select a.staff_no, a.organization, a.effective, 'approves', d.no, d.amount
      from alone a join draft d on d.organization = a.organization and d.maker is distinct from a.staff_no
$$;
comment on function ledger.drafts_in_hand is 'Drafts of payment orders (決裁途中) that need another pair of hands when somebody leaves a post: those he made there, and those he is the only one to approve.';

create view ledger.open_reassignment as
select t.id, t.staff_no, s.name, t.organization, o.name as organization_name, t.cause, t.effective,
       count(distinct d.order_no) filter (where d.role = 'made') as made, count(distinct d.order_no) filter (where d.role = 'approves') as approves,
       sum(d.yen)::bigint as yen, string_agg(d.order_no, ', ' order by d.order_no) as orders, t.batch_id, t.line
  from ledger.reassignment_task t
  join ledger.staff s on s.staff_no = t.staff_no
  join ledger.drafts_in_hand(array(select (x.staff_no, x.organization, x.effective)::ledger.leaver from ledger.reassignment_task x)) d
    on d.staff_no = t.staff_no and d.organization = t.organization and d.effective = t.effective
  left join lateral (select v.name from ledger.organization v where v.code = t.organization order by v.valid_from desc limit 1) o on true
 -- Who is back from leave takes the drafts up again.
 where t.cause <> 'leave'
    or not exists (select from ledger.staff_change c where c.staff_no = t.staff_no and c.action = 'returned' and c.cancelled_at is null
                     and c.effective > t.effective and c.effective <= (now() at time zone 'Asia/Tokyo')::date)
 group by t.id, t.staff_no, s.name, t.organization, o.name, t.cause, t.effective, t.batch_id, t.line;
comment on view ledger.open_reassignment is '引継ぎが必要な起案: who leaves, and the drafts that need another pair of hands. A task is done when its drafts are approved or cancelled.';

create function ledger.staff_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
begin
    -- Whoever is giving one of these people an account finishes first, and is then seen.
    perform from ledger.staff s
      where s.staff_no in (select c.staff_no from ledger.staff_change c where c.batch_id = batch) order by s.staff_no for update;
    return query
    -- Later is what was posted later: held lines are posted when a person says so.
    select c.line, 'staff', c.id, 'STAFF_CHANGED_LATER', jsonb_build_object('staff_no', c.staff_no, 'name', c.stated ->> 'name', 'batch', max(l.batch_id))
      from ledger.staff_change c join ledger.staff_change l on l.staff_no = c.staff_no and l.batch_id <> c.batch_id and l.id > c.id and l.cancelled_at is null
     where c.batch_id = batch and c.cancelled_at is null
     group by c.line, c.id, c.staff_no, c.stated
    union all
    select c.line, 'staff', c.id, 'STAFF_HAS_ACCOUNT', jsonb_build_object('staff_no', c.staff_no, 'name', c.stated ->> 'name', 'login', min(a.login_id))
      from ledger.staff_change c join ledger.user_account a on a.staff_no = c.staff_no
     where c.batch_id = batch and c.cancelled_at is null and c.before is null
     group by c.line, c.id, c.staff_no, c.stated;
end $$;
comment on function ledger.staff_blockers is 'What stands against cancelling a staff file: a later file changed the same person, or somebody whom it brought has an account.';
