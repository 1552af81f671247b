-- What waits for whom (22): counted every five minutes for each login id, from the ledger and the intake as they are.
--
-- Nothing here decides anything. It says who would have to look at what: approvers of an 所属 by role or rank (ledger.approving_post),
-- approvers of the console by their role there (access.permission), the people of an 所属 by role or posting, cashiers and
-- administrators by role. What has nobody is a row without a login id, so that it is told instead of counted for no one. Behind the
-- accounts and the settings, because it counts what waits for a second person there.

create table ledger.progress_counter (
    only_one boolean not null default true constraint progress_counter_pk primary key constraint progress_counter_is_one check (only_one),
    seq      bigint  not null constraint progress_counter_is_not_negative check (seq >= 0)
);
comment on table ledger.progress_counter is 'The last seq of the snapshots. A row that each run updates, because it must have no gap and two runs at once must not have the same one.';
insert into ledger.progress_counter (seq) values (0);

create table ledger.progress_snapshot (
    seq     bigint      constraint progress_snapshot_pk primary key,
    file_id bigint      not null constraint progress_snapshot_is_one_file unique constraint progress_snapshot_of_file references export.file,
    as_of   timestamptz not null,
    users   bigint      not null,
    total   bigint      not null
);
comment on table ledger.progress_snapshot is '業務進捗: a snapshot that was made, with what it counted. The ledger moves on; what it was then stands here and in the file.';
comment on column ledger.progress_snapshot.users is 'Login ids in the snapshot, those that became zero included.';
comment on column ledger.progress_snapshot.total is 'Σ 決裁依頼件数: pairs of an open approval and somebody who can give it.';

create table ledger.progress_shown (
    seq      bigint not null references ledger.progress_snapshot,
    login_id text   not null references ledger.user_account,
    constraint progress_shown_pk primary key (seq, login_id)
);
comment on table ledger.progress_shown is 'Whom a snapshot gave a count above zero. The next one must tell the portal when that is over; forgotten after two days and a delivery.';

create function ledger.due_soon_limit(day date) returns date
language plpgsql stable as $$
begin
    return ledger.business_day_after(day, 5, 'bank');
exception when sqlstate 'RK001' then
    -- Behind the end of the calendar: a week is what five business days are without holidays.
    return day + 7;
end $$;
comment on function ledger.due_soon_limit is '支払期限間近: the last day that is at most five bank business days away.';

create view ledger.import_trouble as
-- Rejected files have no end of their own: the next good file of the topic is it.
select 'failure' as object, f.id as object_id from intake.failure f where f.state = 'open'
union all
select 'batch', b.id from intake.batch b where b.state = 'held'
union all
select 'batch', b.id from intake.batch b
 where b.state = 'rejected'
   and not exists (select from intake.batch l where l.topic = b.topic and l.id > b.id and l.state in ('posted', 'held', 'awaiting_confirmation'))
union all
select 'export_file', x.id from export.file x where x.state in ('unknown', 'failed')
union all
select 'export_file', x.id from export.file x
 where x.state = 'released' and (select d.kind from export.delivery d where d.file_id = x.id and d.kind not in ('download', 'accepted') order by d.id desc limit 1) = 'refused'
union all
select 'reassignment', r.id from ledger.open_reassignment r;
comment on view ledger.import_trouble is '連携エラー: what of the interfaces waits for an operator. Messages nobody could handle, files with held lines, refused files without a good one behind them, files of unclear or refused delivery, and drafts left behind by people who go (引継ぎ).';

-- The consumer counts for them and sees nothing else of the accounts: so with the owner's rights, and no more than this.
create function access.approving() returns table (login_id text, topic text)
language sql stable security definer set search_path = access, pg_temp as $$
    select p.login_id, coalesce(p.topic, '')
      from permission p
      join account c on c.login_id = p.login_id and c.disabled_at is null
     where p.role = 'approver' and p.ended_at is null
       and (p.topic is null
            or not exists (select from permission w where w.login_id = p.login_id and w.role = 'approver' and w.topic is null and w.ended_at is null))
$$;
comment on function access.approving is 'Who approves (承認) in the console, and on which topic; empty: everywhere, and then named once whatever topics besides. Not who is disabled here.';

create function ledger.duty_holders(day date) returns table (duty text, organization text, login_id text, staff_no text)
language sql stable as $$
    with account as materialized (
        select a.login_id, a.staff_no from ledger.user_account a join ledger.staff s using (staff_no)
         where a.active and day between a.valid_from and a.valid_to and day between s.hired and coalesce(s.left_on, date '9999-12-31')
           and s.status <> 'on_leave'
    )
    select distinct 'approve', p.organization, a.login_id, a.staff_no
      from ledger.approving_post p join account a using (staff_no) where day between p.valid_from and p.valid_to
    union all
    select 'draft', r.organization, a.login_id, a.staff_no
      from ledger.account_role r join account a using (login_id) where r.role = 'draft'
    union all
    -- Where no account has the role, whoever is posted there.
    select distinct 'draft', p.organization, a.login_id, a.staff_no
      from ledger.staff_posting p join account a using (staff_no)
     where day between p.valid_from and p.valid_to
       and not exists (select from ledger.account_role r where r.role = 'draft' and r.organization = p.organization)
    union all
    select distinct case r.role when 'admin' then 'operate' else 'cashier' end, '', a.login_id, a.staff_no
      from ledger.account_role r join account a using (login_id) where r.role in ('cashier', 'admin')
    union all
    select 'authorize', c.topic, a.login_id, a.staff_no from access.approving() c join account a on lower(a.login_id) = lower(c.login_id)
$$;
comment on function ledger.duty_holders is 'Who looks after what on a day, by login id: approve and draft of an organization; authorize on a topic (in place of the organization), or everywhere where it is empty; cashier and operate of the whole ward (organization empty). People on leave have an account and no duty.';

create view ledger.awaiting_authority as
select 'payroll_repayment' as object, a.id::text as object_id, '' as topic, a.made_by
  from ledger.payroll_repayment a where a.approved_by is null and a.withdrawn_at is null
union all
-- One that has its approval waits for its release, which decides nothing.
select 'export_file', f.id::text, f.topic, f.made_by
  from export.file f where f.state = 'generated' and f.release_policy = 'two_person' and not export.is_barred(f.id)
union all
select 'profile_version', concat_ws('/', v.topic, v.profile, v.version), v.topic, v.made_by
  from ledger.profile_version v where v.approved is null;
comment on view ledger.awaiting_authority is 'What an approver of the console (承認) has to decide as the second person: pay that came back and is to be transferred once more (whoever approves everywhere: topic empty), files of two persons, bank profiles (whoever approves on the topic).';

create function ledger.work_items(day date)
returns table (counter text, organization text, object text, object_id text, login_id text, staff_no text)
language sql stable as $$
    with horizon as materialized (
        select ledger.due_soon_limit(day) as last
    ), open_order as materialized (
        select p.id, p.organization, p.state, p.made_by, p.pay_date <= z.last as soon
          from ledger.payment_order p cross join horizon z
         where p.state = 'draft' or p.state = 'approved' and p.method = 'transfer'
            -- One that is paid once more waits as its second order.
            or p.state = 'returned' and not exists (select from ledger.payment_order r where r.repays = p.id and r.state <> 'cancelled')
    ), maker as materialized (
        select m.made_by, ledger.staff_of_account(m.made_by) as staff_no
          from (select o.made_by from open_order o
                union select t.made_by from ledger.tender t where t.state = 'draft'
                union select w.made_by from ledger.awaiting_authority w) m
         where m.made_by is not null
    ), unordered as materialized (
        select v.id, v.organization, v.due <= z.last as soon,
               exists (select from ledger.payment_order p where p.invoice_id = v.id and p.state = 'draft') as drafted
          from ledger.invoice v cross join horizon z
         where v.cancelled_at is null
           and not exists (select from ledger.payment_order p where p.invoice_id = v.id and p.state not in ('draft', 'cancelled'))
    ), unmatched as materialized (
        select u.id, a.organization
          from ledger.unallocated_receipt u
          join ledger.receipt r on r.id = u.receipt_id
          left join ledger.assessment a on a.id = r.assessment_id
         where u.state = 'open'
    ), heir as materialized (
        -- Who carries today what was booked under an organization that has ended.
        select c.code, coalesce(ledger.organization_on(c.code, day), c.code) as organization
          from (select o.organization as code from open_order o union select t.organization from ledger.tender t where t.state = 'draft'
                union select v.organization from unordered v union select u.organization from unmatched u) c
         where c.code is not null
    ), item as (
        select 'decision' as counter, 'approve' as duty, h.organization, '' as topic, 'payment_order' as object, o.id::text as id, m.staff_no as maker, o.made_by
          from open_order o join heir h on h.code = o.organization join maker m using (made_by) where o.state = 'draft'
        union all
        select 'decision', 'approve', h.organization, '', 'tender', t.no, m.staff_no, t.made_by
          from ledger.tender t join heir h on h.code = t.organization left join maker m using (made_by) where t.state = 'draft'
        union all
        select 'decision', 'authorize', '', w.topic, w.object, w.object_id, m.staff_no, w.made_by
          from ledger.awaiting_authority w join maker m using (made_by)
        union all
        select 'invoice', 'draft', h.organization, '', 'invoice', v.id::text, null, null from unordered v join heir h on h.code = v.organization
        union all
        select 'due', 'draft', h.organization, '', 'payment_order', o.id::text, null, null
          from open_order o join heir h on h.code = o.organization where o.soon and o.state <> 'returned'
        union all
        select 'due', 'draft', h.organization, '', 'invoice', v.id::text, null, null
          from unordered v join heir h on h.code = v.organization where v.soon and not v.drafted
        union all
        select 'receipt', case when u.organization is null then 'cashier' else 'draft' end, coalesce(h.organization, ''), '', 'unallocated_receipt', u.id::text, null, null
          from unmatched u left join heir h on h.code = u.organization
        union all
        select 'import', 'operate', '', '', t.object, t.object_id::text, null, null from ledger.import_trouble t
    ), holder as materialized (
        select * from ledger.duty_holders(day)
    )
    select i.counter, i.organization, i.object, i.id, d.login_id, d.staff_no
      from item i
      left join holder d on d.duty = i.duty
                        and case i.duty when 'authorize' then d.organization in ('', i.topic) else d.organization = i.organization end
                        -- Nobody approves his own.
                        and d.staff_no is distinct from i.maker and (i.made_by is null or not export.same_person(d.login_id, i.made_by))
    union all
    -- What somebody raised himself he sees wherever he is posted now.
    select case o.state when 'draft' then 'raised' else 'returned' end, o.organization, 'payment_order', o.id::text, a.login_id, a.staff_no
      from open_order o
      join maker m using (made_by)
      join ledger.user_account a on a.staff_no = m.staff_no and a.active and day between a.valid_from and a.valid_to
     where o.state in ('draft', 'returned') and ledger.in_service(a.staff_no, day)
$$;
comment on function ledger.work_items is 'Every open item beside everybody it waits for on a day. counter: decision 決裁依頼, raised 未承認, returned 差戻し (支払不能), invoice 未処理請求, due 支払期限間近, receipt 消込未了, import 連携エラー. login_id null: nobody looks after it.';

create function ledger.open_approvals(day date) returns bigint
language sql stable as $$
    -- The other way round than work_items: from what there is to decide, of each kind and maker, how many people can, less the maker.
    with holder as materialized (
        select h.duty, h.organization as place, h.login_id, h.staff_no from ledger.duty_holders(day) h where h.duty in ('approve', 'authorize')
    ), waiting as (
        select 'approve' as duty, p.organization as place, p.made_by, count(*) as items from ledger.payment_order p where p.state = 'draft' group by 2, 3
        union all
        select 'approve', t.organization, t.made_by, count(*) from ledger.tender t where t.state = 'draft' group by 2, 3
        union all
        select 'authorize', f.topic, f.made_by, count(*) from export.file f
         where f.release_policy = 'two_person' and f.state = 'generated' and not export.is_barred(f.id) group by 2, 3
        union all
        select 'authorize', '', a.made_by, count(*) from ledger.payroll_repayment a where num_nonnulls(a.transfer_id, a.withdrawn_at) = 0 group by 3
        union all
        select 'authorize', v.topic, v.made_by, count(*) from ledger.profile_version v where v.decided_at is null group by 2, 3
    ), placed as (
        select w.duty, w.items, w.made_by, ledger.staff_of_account(w.made_by) as maker,
               case w.duty when 'approve' then array[coalesce(ledger.organization_on(w.place, day), w.place)] else array['', w.place] end as places
          from waiting w
    )
    select coalesce(sum(w.items * (
               (select count(*) from holder h where h.duty = w.duty and h.place = any (w.places))
               - (select count(*) from holder h where h.duty = w.duty and h.place = any (w.places)
                     and (h.staff_no = w.maker or export.same_person(h.login_id, w.made_by))))), 0)::bigint
      from placed w
$$;
comment on function ledger.open_approvals is 'Open approvals, counted by kind, place and maker: what waits times those who can approve it, less the maker himself. The identity of the snapshot''s total.';
