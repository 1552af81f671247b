-- Approved tenders whose version the joint service has not been told, with their nominees. Parameter `tender`: one 案件番号 or several with
-- commas; without it all that wait. Read from public_tender only: the secret prices are in no view this file may look at.

-- Locked, so that no tender is opened for change under the file.
select count(*) from (select from ledger.tender_notice n where n.state = 'queued' order by n.id for update) locked;

create temp table asked on commit drop as
select distinct btrim(w.no) as no from param p cross join lateral string_to_table(p.value, ',') w (no) where p.key = 'tender';

create temp table candidate on commit drop as
select n.id as notice_id, t.*
  from ledger.tender_notice n
  join ledger.public_tender t on (t.no, t.version) = (n.tender_no, n.version)
 where n.state = 'queued' and t.state = 'approved'
   and (not exists (select from asked) or t.no in (select a.no from asked a))
   and not exists (select from export.live_claim c where c.object = 'tender_notice' and c.object_id = n.id);

create temp table refusal (object text, object_id bigint, code text, detail jsonb, severity text) on commit drop;

-- Asked for by number, but there is nothing to tell: said, and nothing leaves.
insert into refusal (code, detail, severity)
select v.code, v.detail, 'stop'
  from asked a
  left join ledger.public_tender t on t.no = a.no
  left join ledger.tender_notice n on (n.tender_no, n.version) = (t.no, t.version)
  left join export.live_claim c on c.object = 'tender_notice' and c.object_id = n.id
 cross join lateral (select case
     when t.no is null then 'SELECTION_TENDER_UNKNOWN'
     when n.state = 'told' then 'SELECTION_TOLD_ALREADY'
     when c.file_id is not null then 'SELECTION_IN_FILE'
     else 'SELECTION_NOT_APPROVED' end as code,
     jsonb_build_object('tender', a.no, 'state', 'tender_' || t.state, 'version', t.version, 'file', coalesce(n.file_id, c.file_id)) as detail) v
 where not exists (select from candidate x where x.no = a.no);

-- A rule that is broken leaves its tender behind, whatever else is in the file.
insert into refusal
select 'tender_notice', c.notice_id, f.code, f.detail, 'item'
  from ledger.tender_faults(array(select x.no from candidate x)) f join candidate c on c.no = f.tender_no
union all
select 'tender_notice', c.notice_id, 'SELECTION_CLOSED', jsonb_build_object('tender', c.no, 'closes', ledger.moment(c.closes_at)), 'item'
  from candidate c cross join run r join export.file f on f.id = r.file_id
 where c.closes_at <= f.ordered_at;

create temp table chosen on commit drop as
select c.*, row_number() over (order by c.no) as grp
  from candidate c
 where not exists (select from refusal r where r.object_id = c.notice_id);

-- One numbering over both kinds, so that the claim of a tender is that of its own record.
create temp table nominee on commit drop as
select c.grp, c.no, m.vendor, r.name, r.agent_name, m.kind, m.reason, row_number() over (partition by c.grp order by m.seq) as number,
       c.grp + row_number() over (order by c.grp, m.seq) as seq
  from chosen c
  join ledger.tender_nominee m on m.tender_no = c.no
  join ledger.registered_vendor r on r.no = m.vendor;

create temp table outgoing_tender on commit drop as
select n.seq - 1 as seq, c.grp, c.no as tender_no, c.fiscal_year, c.family, c.method, c.title, c.category, c.grade_range, c.organization, c.place,
       c.work_from, c.work_to, c.published_on, c.closes_at, c.opens_at, case when c.has_floor then '1' else '0' end as has_floor, c.contact
  from chosen c join nominee n on n.grp = c.grp and n.number = 1;

create temp table outgoing_nominee on commit drop as
select n.seq, n.grp, n.no as tender_no, to_char(n.number, 'FM000') as no, n.vendor as vendor_no, n.name, n.agent_name as agent, n.kind, n.reason from nominee n;

create temp table claim on commit drop as
select o.seq, 'tender_notice' as object, c.notice_id as object_id, null::bigint as yen from outgoing_tender o join chosen c on c.no = o.tender_no;
