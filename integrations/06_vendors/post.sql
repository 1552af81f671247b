-- 業者情報 → versions of registrations, qualifications and suspensions; a creditor candidate for a vendor nobody pays yet. No journal.

-- Whose creditor is not known yet, by its newest registration of the file. One company may have several numbers: one creditor.
create temp table unlinked on commit drop as
select v.*, coalesce(v.corporate_no, v.registration, v.vendor_no) as company, null::text as creditor
  from (select distinct on (s.vendor_no) s.vendor_no, s.line, s.name, s.kana, s.corporate_no, ledger.registration_number(s.invoice_reg_no) as registration
          from staged_vendor s where s.action <> '4' order by s.vendor_no, s.updated_at desc, s.line desc) v
 where not exists (select from ledger.vendor w where w.no = v.vendor_no and w.creditor is not null);
analyze unlinked;

update unlinked u set creditor = c.creditor
  from (select vendor_no, min(creditor) as creditor
          from (select vendor_no, c.no as creditor from unlinked join ledger.creditor c on c.corporate_number = corporate_no
                union all
                select vendor_no, c.no from unlinked join ledger.creditor c on c.invoice_number = registration) f
         group by vendor_no) c
 where c.vendor_no = u.vendor_no;

create temp table candidate on commit drop as
select u.company, u.name, u.kana, u.corporate_no, u.registration, u.line, ledger.next_creditor_no() as creditor
  from (select distinct on (company) * from unlinked where creditor is null order by company, line) u order by u.line;

insert into ledger.creditor (no, name, kana, corporate_number, invoice_number, batch_id, line)
select c.creditor, c.name, ledger.bank_kana(c.kana), c.corporate_no, c.registration, b.id, c.line from candidate c cross join batch b order by c.line;

update unlinked u set creditor = c.creditor from candidate c where u.creditor is null and c.company = u.company;

insert into ledger.vendor as w (no, creditor, linked_by)
select v.vendor_no, u.creditor, case when u.creditor is not null then b.id end
  from (select distinct vendor_no from staged_vendor) v
 cross join batch b
  left join unlinked u using (vendor_no)
on conflict (no) do update set creditor = excluded.creditor, linked_by = excluded.linked_by where w.creditor is null and excluded.creditor is not null;

insert into ledger.vendor_registration (vendor, updated_at, action, legal_form, corporate_number, invoice_number, name, kana,
    representative_title, representative, postal_code, prefecture, address, phone, fax, mail, has_agent, agent_office, agent_title, agent_name,
    agent_address, agent_phone, locality, small_business, closing_on, qualified_from, qualified_to, ended_on, content_hash, batch_id, line)
select v.vendor_no, v.updated_at, v.action, v.legal, v.corporate_no, ledger.registration_number(v.invoice_reg_no), v.name, v.kana,
       v.rep_title, v.rep_name, v.postal, v.pref, v.address, v.tel, v.fax, v.mail, v.agent = '1', v.agent_office, v.agent_title, v.agent_name,
       v.agent_address, v.agent_tel, v.locality, v.sme = '1', v.closing_date, v.qual_from, v.qual_to,
       case when v.action = '4' then (v.updated_at at time zone 'Asia/Tokyo')::date end, ledger.record_content(v::text, v.line, v.sub, v.grp), b.id, v.line
  from staged_vendor v cross join batch b order by v.line;

insert into ledger.vendor_qualification (vendor, family, category, updated_at, action, preference, grade, score, completed_max, valid_from, valid_to,
                                         ended_on, content_hash, batch_id, line)
select q.vendor_no, q.family, q.category, q.updated_at, q.action, q.preference::int, q.grade, q.score::int, q.completed_max, q.valid_from, q.valid_to,
       case when q.action = '4' then (q.updated_at at time zone 'Asia/Tokyo')::date end, ledger.record_content(q::text, q.line, q.sub, q.grp), b.id, q.line
  from staged_qualification q cross join batch b order by q.line;

insert into ledger.vendor_suspension (vendor, starts_on, updated_at, action, ends_on, reason, local_body, ended_on, content_hash, batch_id, line)
select p.vendor_no, p.starts_on, p.updated_at, p.action, p.ends_on, p.reason, p.local_body,
       case when p.action = '4' then (p.updated_at at time zone 'Asia/Tokyo')::date end, ledger.record_content(p::text, p.line, p.sub, p.grp), b.id, p.line
  from staged_suspension p cross join batch b order by p.line;

select ledger.chain_vendor_versions((select id from batch));

insert into posted (line, object, object_id, yen)
select r.line, 'vendor_registration', r.id, 0 from staged_vendor s join ledger.vendor_registration r on r.batch_id = (select id from batch) and r.line = s.line
union all
select q.line, 'vendor_qualification', q.id, 0 from staged_qualification s join ledger.vendor_qualification q on q.batch_id = (select id from batch) and q.line = s.line
union all
select p.line, 'vendor_suspension', p.id, 0 from staged_suspension s join ledger.vendor_suspension p on p.batch_id = (select id from batch) and p.line = s.line;
