-- What eLTAX is still to be told: notices of slips that are in no live file. Parameter `made_at` (HH:MM:SS) fixes the time in the header.

-- Locked, so that no assessment is changed under the file.
select count(*) from (select from ledger.slip_notice n where n.state = 'queued' order by n.id for update) locked;

-- 新規 and 変更 say what the slip says; 取消 repeats what eLTAX knows of it.
create temp table candidate on commit drop as
select n.id as notice_id, n.action, s.id, s.state, s.assessment_id, s.agency_code, s.office_code, s.fee_item, s.case_key, s.confirmation_no, s.levy_year, s.tax_year,
       s.period, s.issue, s.issued_on, s.store_barcode, w.amount, w.amount - s.amount_reminder - s.amount_interest as amount_main, s.amount_reminder, s.amount_interest,
       w.due_on, w.pay_limit_on, ledger.slip_no(s.levy_year, s.assessment_id, s.issue) as slip_no,
       a.method, a.reason, a.payer_name, coalesce(r.unpaid, 0) as unpaid,
       g.local_body_code, g.key_prefix, g.fee_bearer, g.stamp_duty, g.send_names, g.agency_code as our_agency,
       ledger.el_qr(g.operator_account, w.amount, g.fee_bearer, g.stamp_duty, s.fee_item, s.case_key, s.confirmation_no,
                    s.agency_code, s.office_code, s.levy_year, s.tax_year, s.period, w.due_on, w.pay_limit_on) as qr,
       ledger.store_barcode_faults(s.store_barcode, w.amount, w.pay_limit_on) as barcode_faults,
       exists (select from ledger.slip_notice u where u.slip_id = s.id and u.action = '1' and u.state = 'uploaded') as was_uploaded
  from ledger.slip_notice n
  join ledger.payment_slip s on s.id = n.slip_id
  left join lateral ledger.slip_known(s.id) k on n.action = '3'
 cross join lateral (select coalesce(k.amount, s.amount) as amount, coalesce(k.due_on, s.due_on) as due_on,
                            coalesce(k.pay_limit_on, s.pay_limit_on) as pay_limit_on) w
  join ledger.assessment a on a.id = s.assessment_id
  left join ledger.receivable r on r.id = s.assessment_id
 cross join ledger.eltax_agency g
 where n.state = 'queued' and not ledger.slip_notice_is_claimed(n.id);

-- Names leave as UTF-8, and may hold what CP932 holds (eltax §9, type K); without quotes, a comma would begin another column. Each name is looked at once.
create temp table unfit_name on commit drop as
select n.name, concat_ws(' ', case when f.char !~ '[[:cntrl:]]' then f.char end, 'U+' || regexp_replace(upper(lpad(to_hex(ascii(f.char)), 6, '0')), '^0{1,2}', '')) as char
  from (select reason from candidate where send_names union select payer_name from candidate where send_names) n (name)
 cross join lateral (select coalesce(substring(n.name from '[,"[:cntrl:]]'), ledger.beyond_cp932(n.name)) as char offset 0) f
 where f.char is not null;

-- Rules 17-R1 to R12 (eltax §9). A refused item is listed and left out; it stays queued.
create temp table refusal on commit drop as
select 'slip_notice' as object, c.notice_id as object_id, v.code, v.detail, v.severity
  from candidate c
 cross join run
  left join unfit_name payer on payer.name = c.payer_name
  left join unfit_name subject on subject.name = c.reason
 cross join lateral (values
    (left(c.local_body_code, 5) <> c.our_agency, 'stop', 'EL17_R1_AGENCY', jsonb_build_object('value', c.our_agency, 'local_body', c.local_body_code)),
    (left(c.case_key, 2) <> c.key_prefix or c.agency_code <> c.our_agency, 'leave_out', 'EL17_R2_KEY', jsonb_build_object('value', c.case_key, 'prefix', c.key_prefix)),
    (not exists (select from ledger.eltax_fee_item i where i.code = c.fee_item and c.issued_on between i.valid_from and i.valid_to),
        'leave_out', 'EL17_R3_FEE_ITEM', jsonb_build_object('value', c.fee_item, 'day', c.issued_on, 'slip_no', c.slip_no)),
    (c.action <> '3' and c.unpaid > 0 and c.amount > c.unpaid, 'leave_out', 'EL17_R4_ABOVE_UNPAID',
        jsonb_build_object('value', c.amount, 'unpaid', c.unpaid, 'slip_no', c.slip_no)),
    (c.due_on > c.pay_limit_on or c.action <> '3' and c.pay_limit_on < run.business_date, 'leave_out', 'EL17_R5_EXPIRED',
        jsonb_build_object('value', c.pay_limit_on, 'due_on', c.due_on, 'slip_no', c.slip_no)),
    (c.qr is null or c.qr !~ '^[0-9]{255}$', 'leave_out', 'EL17_R6_QR', jsonb_build_object('value', c.slip_no)),
    (c.action <> '1' and not c.was_uploaded, 'leave_out', 'EL17_R8_NOT_UPLOADED', jsonb_build_object('value', c.slip_no, 'action', c.action)),
    (c.action <> '3' and c.barcode_faults is not null, 'leave_out', 'EL17_R7_BARCODE',
        jsonb_build_object('value', c.store_barcode, 'faults', c.barcode_faults, 'slip_no', c.slip_no)),
    -- Paid is what a notice says: the slip itself is void by the time its 取消 waits.
    (c.action <> '1' and exists (select from ledger.payment_notice p where p.slip_id = c.id and p.cancelled_at is null
                                    and (p.kind = '02' or p.kind = '01' and p.closed_by is null)), 'leave_out', 'EL17_R8_PAID', jsonb_build_object('value', c.slip_no, 'action', c.action)),
    (c.action = '1' and (c.state in ('provisional', 'final') or c.unpaid <= 0), 'leave_out', 'EL17_R9_PAID', jsonb_build_object('value', c.slip_no)),
    (c.action = '1' and c.method <> '4', 'leave_out', 'EL17_R9_OTHER_METHOD', jsonb_build_object('value', c.slip_no, 'method', c.method)),
    (c.send_names and greatest(char_length(c.reason), char_length(c.payer_name)) > 40, 'leave_out', 'EL17_R10_NAME_LONG',
        jsonb_build_object('value', case when char_length(c.payer_name) > 40 then c.payer_name else c.reason end, 'slip_no', c.slip_no)),
    (coalesce(payer.char, subject.char) is not null, 'leave_out', 'EL17_R10_NAME_CHARACTER',
        jsonb_build_object('value', coalesce(payer.name, subject.name), 'char', coalesce(payer.char, subject.char), 'slip_no', c.slip_no)),
    (c.action <> '3' and c.state = 'void', 'leave_out', 'EL17_R12_VOID', jsonb_build_object('value', c.slip_no))
 ) v (hit, severity, code, detail)
 where v.hit;

create temp table chosen on commit drop as
select row_number() over (order by c.notice_id) as seq, c.*
  from candidate c
 where not exists (select from refusal r where r.object_id = c.notice_id);

create temp table outgoing_slip on commit drop as
select c.seq, c.action, c.agency_code as agency, c.office_code as office, c.fee_item,
       c.case_key, c.confirmation_no, c.levy_year, c.tax_year, c.period, c.amount, c.amount_main, c.amount_reminder, c.amount_interest,
       c.due_on, c.pay_limit_on, c.fee_bearer, c.stamp_duty, c.issued_on, to_char(c.issue, 'FM00') as issue, c.slip_no,
       -- 17-R10: no name leaves the ward unless the ward has switched it on.
       case when c.send_names then c.reason end as subject, case when c.send_names then c.payer_name end as payer,
       case when c.action <> '3' then c.store_barcode end as store_barcode, case when c.action <> '3' then c.qr end as qr
  from chosen c;

-- 17-F3: the number of the file within the day is the one the file gets in export.file; two runs at once cannot both have it.
create temp table outgoing_header on commit drop as
select 1::bigint as seq, g.local_body_code as local_body, g.agency_code as agency, r.business_date as made_on,
       coalesce((select value from param where key = 'made_at')::time, date_trunc('second', now() at time zone 'Asia/Tokyo')::time) as made_at,
       to_char(coalesce((select max(f.seq_of_day) from export.file f
                          where f.topic = r.topic and f.business_date = r.business_date and f.id <> r.file_id), 0) + 1, 'FM000') as file_no
  from run r
 cross join ledger.eltax_agency g;

create temp table claim on commit drop as
select c.seq, 'slip_notice' as object, c.notice_id as object_id, c.amount as yen from chosen c;
