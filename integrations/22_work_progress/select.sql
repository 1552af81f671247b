-- Counts for each login id, from ledger.work_items. Parameters: none. The moment is the order's, floored to five minutes.

create temp table moment as
select date_bin('5 minutes', r.ordered_at, timestamptz '2000-01-01 00:00+09') as as_of, (r.ordered_at at time zone 'Asia/Tokyo')::date as day
  from run r;

create temp table open_item as
select w.* from moment m cross join lateral ledger.work_items(m.day) w;

-- What nobody looks after is in no count: it is told.
create temp table refusal as
select null::text as object, null::bigint as object_id, 'PROGRESS_NOBODY'::text as code, 'item'::text as severity,
       jsonb_build_object('organization', coalesce(nullif(i.organization, ''), '全庁'), 'counter', c.name, 'items', count(*)) as detail
  from open_item i
  join (values ('decision', '決裁依頼'), ('invoice', '未処理請求'), ('due', '支払期限間近'), ('receipt', '消込未了'), ('import', '連携エラー'))
       c (counter, name) using (counter)
 where i.login_id is null
 group by i.organization, c.name;

-- The portal knows what the last delivered snapshot said, and may know what a later one said that did not arrive for certain.
-- Whoever had a count there and has none now is told so.
create temp table known as
select distinct s.login_id
  from ledger.progress_shown s
 where s.seq >= coalesce((select max(p.seq) from ledger.progress_snapshot p join export.file f on f.id = p.file_id where f.state = 'delivered'), 0);

create temp table progress as
with counted as (
    select i.login_id, i.staff_no,
           count(*) filter (where i.counter = 'decision') as decision_requested, count(*) filter (where i.counter = 'raised') as unapproved,
           count(*) filter (where i.counter = 'returned') as returned, count(*) filter (where i.counter = 'invoice') as invoices_unhandled,
           count(*) filter (where i.counter = 'due') as payment_due_soon, count(*) filter (where i.counter = 'receipt') as receipts_unmatched,
           count(*) filter (where i.counter = 'import') as import_errors
      from open_item i where i.login_id is not null
     group by i.login_id, i.staff_no
), told as (
    select c.*, true as open from counted c
    union all
    select a.login_id, a.staff_no, 0, 0, 0, 0, 0, 0, 0, false
      from known k join ledger.user_account a using (login_id)
     where a.active and not exists (select from counted c where c.login_id = k.login_id)
)
select row_number() over (order by t.login_id collate "C") as seq, t.* from told t;

-- The identity of §7e: what the users see adds up to the open approvals, counted another way.
insert into refusal
select null, null, 'PROGRESS_TOTAL_DIFFERS', 'stop', jsonb_build_object('total', s.total, 'ledger', ledger.open_approvals(m.day))
  from (select coalesce(sum(decision_requested), 0) as total from progress) s cross join moment m
 where s.total <> ledger.open_approvals(m.day);

-- Without a gap: two runs at once would change the same row, and the later one starts again.
update ledger.progress_counter set seq = seq + 1;

insert into ledger.progress_snapshot (seq, file_id, as_of, users, total)
select n.seq, r.file_id, m.as_of, (select count(*) from progress), (select coalesce(sum(decision_requested), 0) from progress)
  from ledger.progress_counter n cross join run r cross join moment m;

insert into ledger.progress_shown (seq, login_id)
select n.seq, p.login_id from progress p cross join ledger.progress_counter n where p.open;

-- Whom a snapshot named is needed until a later one was delivered; two days more, should a person doubt that delivery.
delete from ledger.progress_shown s
 using ledger.progress_snapshot p
 where p.seq = s.seq and p.as_of < (select as_of from moment) - interval '2 days'
   and s.seq < (select max(d.seq) from ledger.progress_snapshot d join export.file f on f.id = d.file_id where f.state = 'delivered');

create temp table outgoing_snapshot as
select 0::bigint as seq, s.as_of, s.seq as snapshot_no, s.total as approvals
  from ledger.progress_snapshot s join run r using (file_id);

create temp table outgoing_item as
select p.seq, p.login_id, p.staff_no, (select value from setting where key = 'url') as url from progress p;

create temp table outgoing_counts as
select p.seq, p.decision_requested, p.unapproved, p.returned, p.invoices_unhandled, p.payment_due_soon, p.receipts_unmatched, p.import_errors
  from progress p;
