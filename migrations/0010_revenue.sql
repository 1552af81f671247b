-- Revenue: assessments 調定 → payment slips 納付書 → receipts 収入 → clearings 消込, and the money that fits nowhere
-- (過誤納, 収入未整理).
--
-- Several integrations share what is here: 12 and 13 hand in assessments, 17 sends slips, 18 and 11 bring receipts, 14 and 15
-- extract clearings. Each folder's SQL calls these functions; the rules live once. Everything is set-based: a file brings a
-- million rows, so the hot table (assessment) has no foreign keys and no row triggers, and its references are proved per
-- distinct combination by the check function before a row is written.

-- ── eLTAX masters ───────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.eltax_agency (
    only_row         boolean default true constraint eltax_agency_pk primary key constraint eltax_agency_is_one_row check (only_row),
    local_body_code  text not null,
    agency_code      text not null,
    office_code      text not null,
    operator_account text not null,
    key_prefix       text not null,
    fee_bearer       text not null,
    stamp_duty       text not null,
    limit_days       int  not null,
    send_names       boolean not null default false,
    credit_missing   text not null default 'warn',
    posting_days     int  not null default 1,
    constraint eltax_agency_codes_are_digits check (local_body_code ~ '^[0-9]{6}$' and agency_code ~ '^[0-9]{5}$'
        and office_code ~ '^[0-9]{3}$' and operator_account ~ '^[0-9]{11}$' and key_prefix ~ '^[0-9]{2}$'
        and fee_bearer ~ '^[0-9]$' and stamp_duty ~ '^[0-9]$'),
    constraint eltax_agency_limit_is_sane check (limit_days between 0 and 366),
    constraint eltax_agency_credit_missing_is_known check (credit_missing in ('pass', 'warn', 'hold')),
    constraint eltax_agency_posting_days_are_sane check (posting_days between 0 and 60)
);
comment on table ledger.eltax_agency is 'What the ward is to eLTAX. One row; the accounting office corrects it when 地方税共同機構 answers.';
comment on column ledger.eltax_agency.agency_code is '共通納税機関コード: first five digits of the local body code (to be confirmed).';
comment on column ledger.eltax_agency.office_code is '税務事務所コード.';
comment on column ledger.eltax_agency.operator_account is 'Account number of 地方税共同機構 inside the eL-QR; zeros in the published codes.';
comment on column ledger.eltax_agency.key_prefix is 'SS of the 案件特定キー. Tax, health insurance and accounting share one agency code, so each system numbers under a prefix of its own.';
comment on column ledger.eltax_agency.limit_days is '支払期限 (last day the eL-QR is accepted) = 納期限 + this many days.';
comment on column ledger.eltax_agency.credit_missing is 'File 18 names a 払込日 whose 払込通知 or bank credit is not in ledger.fund_credit yet: pass it, warn, or hold its lines until it is (18-R10).';
comment on column ledger.eltax_agency.posting_days is 'Business days between the issue of a slip and its posting to the payer (発送): by then eLTAX must have accepted it (17-R11).';
comment on column ledger.eltax_agency.send_names is 'Whether 公金名称 and the payer''s name leave the ward in file 17; off by default.';
insert into ledger.eltax_agency (local_body_code, agency_code, office_code, operator_account, key_prefix, fee_bearer, stamp_duty, limit_days)
values ('131121', '13112', '000', '00000000000', '05', '2', '0', 31);

create table ledger.eltax_fee_item (
    code       text constraint eltax_fee_item_pk primary key constraint eltax_fee_item_is_three_digits check (code ~ '^[0-9]{3}$'),
    name       text not null,
    valid_from date not null,
    valid_to   date not null default date '9999-12-31'
);
comment on table ledger.eltax_fee_item is '税目・料金番号 (納付区分). The numbers for 公金 are not published: 999 stands in until they are.';
insert into ledger.eltax_fee_item (code, name, valid_from) values ('999', '公金（番号未定）', '2026-04-01');

create table ledger.eltax_subject (
    fund        text not null references ledger.fund,
    budget_line text not null,
    fee_item    text not null references ledger.eltax_fee_item,
    valid_from  date not null,
    valid_to    date not null default date '9999-12-31',
    constraint eltax_subject_pk primary key (fund, budget_line, valid_from)
);
comment on table ledger.eltax_subject is 'Which 科目 the ward collects through eLTAX, and from which day: the ward decides for each.';
insert into ledger.eltax_subject (fund, budget_line, fee_item, valid_from) values
    ('01', '2105010101', '999', '2026-09-01'),
    ('01', '2105010102', '999', '2026-09-01'),
    ('01', '1301020301', '999', '2026-09-01'),
    ('01', '1201010501', '999', '2026-09-01');

create table ledger.eltax_channel (
    code    text constraint eltax_channel_pk primary key,
    name    text not null,
    channel text not null
);
comment on table ledger.eltax_channel is '納付チャネル区分 of file 18 → 収納区分 of the ward (integrations §6: 4 ペイジー, 6 キャッシュレス, 7 eL-QR). Staff add the official codes here.';
insert into ledger.eltax_channel (code, name, channel) values
    ('10', '金融機関窓口(eL-QR)', '7'), ('20', 'ATM(ペイジー)', '4'), ('30', 'インターネットバンキング', '4'), ('40', 'ダイレクト納付', '4'),
    ('50', 'クレジットカード', '6'), ('60', 'スマートフォン決済アプリ', '6'), ('90', 'その他・不明', '7');

create function ledger.eltax_item(fund text, budget_line text, day date) returns text
language sql stable as $$
    select s.fee_item
      from ledger.eltax_subject s join ledger.eltax_fee_item i on i.code = s.fee_item
     where s.fund = eltax_item.fund and s.budget_line = eltax_item.budget_line
       and day between s.valid_from and s.valid_to and day between i.valid_from and i.valid_to
     order by s.valid_from desc limit 1
$$;
comment on function ledger.eltax_item is '税目・料金番号 of a 科目 on a day; null when it is not collected through eLTAX.';

-- ── Assessments ─────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.assessment (
    id           bigint generated by default as identity constraint assessment_pk primary key,
    origin_id    bigint,
    batch_id     bigint,
    line         bigint,
    fiscal_year  int    not null,
    amount       bigint not null constraint assessment_amount_is_positive check (amount > 0),
    delta        bigint not null,
    qty          bigint,
    unit_yen     bigint,
    assessed_on  date   not null,
    due_given    date   not null,
    due_on       date   not null,
    cancelled_at timestamptz,
    source       text collate "C" not null,
    source_key   text collate "C" not null,
    action       text collate "C" not null,
    fund         text   not null,
    budget_line  text   not null,
    organization text   not null,
    method       text   not null,
    tax_class    text   not null,
    payer_type   text   not null,
    payer_no     text,
    period       text,
    item_code    text,
    postal       text   not null,
    origin_key   text collate "C",
    reason       text   not null,
    payer_name   text   not null,
    payer_kana   text   not null,
    address      text   not null,
    constraint assessment_action_signs_delta check (
        case action when '1' then delta = amount and origin_id is null
                    when '2' then delta = amount and origin_id is not null
                    when '3' then delta = -amount and origin_id is not null
                    when '4' then delta = -amount and origin_id is not null
                    else false end)
);
comment on table ledger.assessment is '調定 as handed in: a row with action 1 is the receivable, rows 2–4 (増額, 減額, 取消) change it. Totals: view receivable.';
comment on column ledger.assessment.origin_id is 'The row with action 1 that this one changes.';
comment on column ledger.assessment.delta is 'Effect on the receivable in yen: amount, negative for 3 and 4.';
comment on column ledger.assessment.due_given is '納期限 as the section wrote it; due_on is it, or the next bank business day.';
comment on column ledger.assessment.cancelled_at is 'When the batch was cancelled; frees the natural key so that the file can come again.';

-- The natural key (連携元, 連携元管理番号, 処理区分). A million rows go through it: few columns, byte order.
create unique index assessment_natural_key on ledger.assessment (source_key, action, source) where cancelled_at is null;
create index assessment_by_origin on ledger.assessment (origin_id) where origin_id is not null;

create table ledger.assessment_range (
    batch_id bigint not null,
    first_id bigint not null,
    last_id  bigint not null,
    constraint assessment_range_pk primary key (batch_id, first_id),
    constraint assessment_range_is_forward check (first_id <= last_id)
);
comment on table ledger.assessment_range is 'Where the assessments of a batch lie, one row for each posting of it. Those of a batch posted at the same moment may lie between them. Instead of an index, which would cost each of a million rows a sixth of what writing it costs.';

create function ledger.assessments_of(batch bigint) returns setof ledger.assessment
language sql stable rows 1000 as $$
    select a.* from ledger.assessment_range r join ledger.assessment a on a.id between r.first_id and r.last_id and a.batch_id = r.batch_id
     where r.batch_id = assessments_of.batch
$$;
comment on function ledger.assessments_of is 'The assessments of a batch.';

create function ledger.assessment_no(fiscal_year int, id bigint) returns text
language sql immutable parallel safe as $$
    select fiscal_year::text || chr(65 + (id / 10000000)::int) || lpad((id % 10000000)::text, 7, '0')
$$;
comment on function ledger.assessment_no is '調定番号, 12 characters: year, letter, seven digits (2026A0004567). The letter rises when seven digits are full, to 260 million.';

-- ── Payment slips ───────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.payment_slip (
    id              bigint generated by default as identity constraint payment_slip_pk primary key,
    assessment_id   bigint not null,
    split           int    not null default 1,
    issue           int    not null default 1,
    agency_code     text   not null,
    office_code     text   not null,
    fee_item        text   not null,
    case_key        text collate "C" not null,
    confirmation_no text   not null,
    levy_year       int    not null,
    tax_year        int    not null,
    period          text   not null default '00',
    amount          bigint not null,
    amount_main     bigint not null,
    amount_reminder bigint not null default 0,
    amount_interest bigint not null default 0,
    due_on          date   not null,
    pay_limit_on    date   not null,
    issued_on       date   not null,
    state           text   not null default 'queued',
    void_reason     text,
    store_barcode   text,
    batch_id        bigint,
    line            bigint,
    constraint payment_slip_state_is_known check (state in ('queued', 'uploaded', 'provisional', 'final', 'void')),
    constraint payment_slip_key_is_twenty_digits check (case_key ~ '^[0-9]{20}$'),
    constraint payment_slip_confirmation_is_six_digits check (confirmation_no ~ '^[0-9]{6}$'),
    constraint payment_slip_amount_fits check (amount between 1 and 99999999999),
    constraint payment_slip_amount_is_its_parts check (amount = amount_main + amount_reminder + amount_interest),
    constraint payment_slip_issue_fits check (issue between 1 and 99 and split between 1 and 99),
    constraint payment_slip_void_has_reason check (state <> 'void' or void_reason is not null)
);
comment on table ledger.payment_slip is '納付書 with its eL番号, which is given when the assessment is posted: the slip can be printed at once and file 17 is a pure extract.';
comment on column ledger.payment_slip.state is 'queued → uploaded → provisional (速報) → final (確報); queued and uploaded may end void.';
comment on column ledger.payment_slip.issue is '発行回数. A new amount or date is a new issue under a new key; the old one is cancelled.';
comment on column ledger.payment_slip.confirmation_no is '確認番号: random, not derived, so that nobody can compute it from the number on a neighbour''s slip.';
comment on column ledger.payment_slip.store_barcode is 'コンビニバーコード printed beside the eL-QR: GS1-128, 44 digits. Null: none; nothing of ours issues one yet, a section''s printing may enter it.';
create unique index payment_slip_key_once on ledger.payment_slip (case_key);
create index payment_slip_by_assessment on ledger.payment_slip (assessment_id);
create unique index payment_slip_one_live on ledger.payment_slip (assessment_id, split) where state in ('queued', 'uploaded', 'provisional');

create table ledger.slip_notice (
    id       bigint generated by default as identity constraint slip_notice_pk primary key,
    slip_id  bigint not null,
    action   text   not null constraint slip_notice_action_is_known check (action in ('1', '2', '3')),
    state    text   not null default 'queued' constraint slip_notice_state_is_known check (state in ('queued', 'uploaded', 'withdrawn')),
    file_id  bigint,
    batch_id bigint,
    line     bigint,
    amount       bigint,
    due_on       date,
    pay_limit_on date,
    constraint slip_notice_told_is_whole check (num_nulls(amount, due_on, pay_limit_on) in (0, 3))
);
comment on table ledger.slip_notice is '納付書情報: what eLTAX is still to be told about a slip (1 新規, 2 変更, 3 取消). Each leaves once, in file 17.';
comment on column ledger.slip_notice.amount is 'What an uploaded notice said, kept (with due_on and pay_limit_on) when the slip is changed after it; null: what the slip says.';
create index slip_notice_by_slip on ledger.slip_notice (slip_id);
create index slip_notice_waiting on ledger.slip_notice (id) where state = 'queued';
-- eLTAX is told once that a slip ended, and of the last of several changes only.
create unique index slip_notice_ends_once on ledger.slip_notice (slip_id) where action = '3' and state = 'queued';
create unique index slip_notice_changes_once on ledger.slip_notice (slip_id) where action = '2' and state = 'queued';

create function ledger.slip_known(slip bigint) returns table (notice_id bigint, amount bigint, due_on date, pay_limit_on date)
language sql stable as $$
    select n.id, coalesce(n.amount, s.amount), coalesce(n.due_on, s.due_on), coalesce(n.pay_limit_on, s.pay_limit_on)
      from ledger.slip_notice n join ledger.payment_slip s on s.id = n.slip_id
     where n.slip_id = slip and n.state = 'uploaded' and n.action in ('1', '2')
     order by n.id desc limit 1
$$;
comment on function ledger.slip_known is 'What eLTAX knows of a slip: what the last notice about it said that has left. A 取消 repeats it.';

create function ledger.slip_notice_is_claimed(notice bigint) returns boolean
language plpgsql stable as $$
begin
    return exists (select from export.live_claim c where c.object = 'slip_notice' and c.object_id = notice);
end $$;
comment on function ledger.slip_notice_is_claimed is 'Whether the notice is in a file 17 that is made and neither void nor abandoned.';

create function ledger.check_slip_void(file bigint) returns void
language plpgsql as $$
declare
    other bigint;
begin
    -- Locked before it is looked: whoever makes a file 17 locks what waits, and may just be claiming a change to these slips.
    perform from ledger.slip_notice later
      where later.action <> '1' and later.slip_id in (select n.slip_id from ledger.slip_notice n where n.file_id = file and n.action <> '3')
      order by later.id for update;
    select min(c.file_id) into other
      from ledger.slip_notice n
      join ledger.slip_notice later on later.slip_id = n.slip_id and later.action <> '1' and later.id > n.id
      join export.claim c on c.object = 'slip_notice' and c.object_id = later.id and c.live
     where n.file_id = file and n.action <> '3' and c.file_id <> file;
    if other is not null then
        raise exception 'file % tells eLTAX of changes to slips of this file', other using errcode = 'RK021', hint = 'void that file first';
    end if;
end $$;
comment on function ledger.check_slip_void is 'A file 17 is not voided while another tells eLTAX of changes to its slips: eLTAX would not know them, or not as they were when they were changed.';

create function ledger.slip_no(fiscal_year int, assessment_id bigint, issue int) returns text
language sql immutable parallel safe as $$
    select fiscal_year::text || lpad(assessment_id::text, 9, '0') || '-' || lpad(issue::text, 2, '0')
$$;
comment on function ledger.slip_no is '納入通知書番号 and key of the slip inside the ward, 16 characters: 2026000012345-01.';

create function ledger.el_case_key(prefix text, fiscal_year int, assessment_id bigint, split int, issue int) returns text
language sql immutable parallel safe as $$
    -- Without to_char, which depends on settings: so a query takes these expressions into itself instead of calling a function.
    select prefix || fiscal_year::text
           || case when assessment_id between 0 and 999999999 then substr((1000000000 + assessment_id)::text, 2) else '#########' end
           || case when split between 0 and 99 then substr((100 + split)::text, 2) else '##' end
           || case when issue between 1 and 100 then substr((99 + issue)::text, 2) else '##' end || '0'
$$;
comment on function ledger.el_case_key is '案件特定キー: SS system, YYYY year, NNNNNNNNN assessment, BB split, RR re-issue, 0 reserve (eltax §9). A number that does not fit becomes #, which the table refuses.';

create function ledger.random_digits() returns text
language sql volatile as $$
    -- 48 bits of the server's strong random source; the bias of the remainder is below one in a hundred million.
    select lpad((('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint % 1000000)::text, 6, '0')
$$;
comment on function ledger.random_digits is 'Six unpredictable digits.';

-- ── eL-QR ───────────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.el_check_digits(data text) returns text
language sql immutable strict parallel safe as $$
    with sums as (
        select sum(d * case when i % 2 = 0 then 1 else 9 - ((i - 1) / 2 % 8) end) % 10 as second,
               sum(d * case when i % 2 = 1 then 1 else 2 + (i / 2 % 8) end) as weighted
          from (select substr(data, i, 1)::int as d, i from generate_series(1, case when data ~ '^[0-9]+$' then length(data) end) i) digit
    )
    select (((2 * second + weighted) % 11) % 10)::text || second::text from sums
$$;
comment on function ledger.el_check_digits is 'The two check digits in front of an OCR line (eltax §4.4 a); null when it is not all digits.';

create function ledger.crc16_ccitt(data text) returns int
language plpgsql immutable strict parallel safe as $$
declare
    crc      int := 65535;
    byte     int;
    -- Table of the polynomial 0x1021 for one half byte.
    nibble   constant int[] := array[0, 4129, 8258, 12387, 16516, 20645, 24774, 28903,
                                     33032, 37161, 41290, 45419, 49548, 53677, 57806, 61935];
begin
    for i in 1 .. length(data) loop
        byte := ascii(substr(data, i, 1));
        crc := ((crc << 4) & 65535) # nibble[((crc >> 12) # (byte >> 4)) + 1];
        crc := ((crc << 4) & 65535) # nibble[((crc >> 12) # (byte & 15)) + 1];
    end loop;
    return crc;
end $$;
comment on function ledger.crc16_ccitt is 'CRC-16/CCITT (0x1021, start 0xFFFF, no final xor) of ASCII text; 123456789 gives 10673.';

create function ledger.el_qr(
    operator_account text, amount bigint, fee_bearer text, stamp_duty text, fee_item text, case_key text, confirmation_no text,
    agency_code text, office_code text, levy_year int, tax_year int, period text, due_on date, pay_limit_on date
) returns text
language sql immutable strict parallel safe as $$
    with part as (
        select operator_account || to_char(amount, 'FM00000000000') || fee_bearer || '13800' || stamp_duty || fee_item || '00000' as upper_line,
               case_key || confirmation_no || '0' || agency_code || office_code || '0000000' as lower_line
    ), body as (
        select '000201' || '010212' || '2796' || '000513800' || '0183'
               || ledger.el_check_digits(upper_line) || upper_line || ledger.el_check_digits(lower_line) || lower_line
               || '5411' || to_char(amount, 'FM00000000000')
               || '6226' || levy_year::text || tax_year::text || period || to_char(due_on, 'YYYYMMDD') || to_char(pay_limit_on, 'YYYYMMDD')
               || '8085' || repeat('0', 85) || '6305' as text
          from part
    )
    select text || to_char(ledger.crc16_ccitt(text), 'FM00000') from body
$$;
comment on function ledger.el_qr is 'The 255 digits of the eL-QR (eltax §4).';

create function ledger.gs1_check_digit(data text) returns text
language sql immutable strict parallel safe as $$
    select ((10 - sum(substr(data, i, 1)::int * case when (length(data) - i) % 2 = 0 then 3 else 1 end) % 10) % 10)::text
      from generate_series(1, length(data)) i
$$;
comment on function ledger.gs1_check_digit is 'Modulus 10, weight 3 from the rightmost digit (eltax §6.1).';

create function ledger.beyond_cp932(written text) returns text
language plpgsql immutable as $$
declare
    -- Of these pairs Windows writes the second: they are the same bytes (core/src/charset/cp932.rs).
    canonical constant text := translate(written, '〜−—‖¢£¬¦¥‾', '～－―∥￠￡￢￤\~');
    found text;
begin
    perform convert_to(canonical, 'SJIS');
    return null;
exception when untranslatable_character then
    -- Seldom: only now it is worth finding which one.
    for nth in 1..char_length(written) loop
        found := substr(written, nth, 1);
        begin
            perform convert_to(substr(canonical, nth, 1), 'SJIS');
        exception when untranslatable_character then
            return found;
        end;
    end loop;
    return null;
end $$;
comment on function ledger.beyond_cp932 is 'The first character that CP932 does not hold (eltax §9, type K: 𠮷, combining marks, emoji, 外字); null when it holds all.';

create function ledger.store_barcode_faults(code text, amount bigint, pay_limit_on date) returns text
language sql immutable parallel safe as $$
    select case when code !~ '^91[0-9]{42}$' then 'digits'
                else nullif(concat_ws(', ',
                    case when right(code, 1) <> ledger.gs1_check_digit(left(code, 43)) then 'check digit' end,
                    case when substr(code, 38, 6) <> to_char(amount, 'FM000000') then 'amount' end,
                    case when substr(code, 31, 6) <> to_char(pay_limit_on, 'YYMMDD') then 'limit' end), '') end
$$;
comment on function ledger.store_barcode_faults is '17-R7: what a コンビニバーコード says otherwise than its slip; null when nothing. Six digits hold no more than 999,999 yen: a larger amount becomes ######, which is no barcode''s.';

do $$
begin
    -- The published vectors of the format, so that a changed function cannot be installed silently wrong.
    assert ledger.crc16_ccitt('123456789') = 10673, 'CRC-16 vector';
    assert ledger.el_check_digits(repeat('1', 42)) = '04', 'check digits of 42 ones';
    assert ledger.el_check_digits(repeat('9', 37)) = '30', 'check digits of 37 nines';
    assert ledger.el_check_digits('406812415868344978690736625851781286570704') = '02', 'check digits with remainder 10';
    assert right(ledger.el_qr('00000000000', 12345, '2', '0', '999', '05202600001234501000', '480213', '13112', '000',
                              2026, 2026, '00', '2026-09-30', '2026-10-31'), 9) = '630515440', 'eL-QR vector 1';
    assert right(ledger.el_qr('00000000000', 300000, '2', '0', '999', '05202600001234601000', '917706', '13112', '000',
                              2026, 2026, '00', '2026-09-30', '2026-10-31'), 9) = '630502442', 'eL-QR vector 2';
    assert ledger.store_barcode_faults('91912345052026000012345010000026103100123451', 12345, '2026-10-31') is null, 'GS1-128 vector';
    assert ledger.store_barcode_faults('91912345052026000012345010000026103100123452', 1000000, '2026-09-30') = 'check digit, amount, limit', 'GS1-128 faults';
end $$;

-- ── Receipts and clearings ──────────────────────────────────────────────────────────────────────────────────────────

create table ledger.payment_file (
    id       bigint generated by default as identity constraint payment_file_pk primary key,
    made_on  date   not null,
    file_no  text   not null,
    base_on  date   not null,
    batch_id bigint,
    line     bigint,
    cancelled_at timestamptz
);
comment on table ledger.payment_file is 'Header of each 納付情報ファイル taken in: shows a repeated or missing 通番.';
create index payment_file_by_day on ledger.payment_file (made_on, file_no);

create table ledger.payment_notice (
    id              bigint generated by default as identity constraint payment_notice_pk primary key,
    kind            text   not null constraint payment_notice_kind_is_known check (kind in ('01', '02', '03')),
    slip_id         bigint,
    agency_code     text   not null,
    fee_item        text   not null,
    case_key        text collate "C" not null,
    confirmation_no text   not null,
    amount          bigint not null,
    paid_on         date   not null,
    paid_at         time,
    channel         text   not null,
    transaction     text collate "C",
    transaction_no  text,
    origin_no       text,
    fund_on         date,
    fund_no         text,
    closed_by       bigint,
    batch_id        bigint,
    line            bigint,
    cancelled_at    timestamptz
);
comment on table ledger.payment_notice is '納付情報: each notice of eLTAX (01 速報, 02 確報, 03 速報取消) that was taken in. Only a 02 becomes a receipt.';
comment on column ledger.payment_notice.transaction is '仕向センタ-処理年月日-通番: the identity of the payment, null when eLTAX gives none.';
comment on column ledger.payment_notice.closed_by is 'For a 01: the notice (02 or 03) that ended it. Open ones block dunning and re-issue.';
create index payment_notice_by_transaction on ledger.payment_notice (transaction) where transaction is not null;
create index payment_notice_by_slip on ledger.payment_notice (slip_id) where slip_id is not null;
create index payment_notice_by_key on ledger.payment_notice (case_key);
create index payment_notice_by_batch on ledger.payment_notice using brin (batch_id);

create index payment_notice_by_end on ledger.payment_notice (closed_by) where closed_by is not null;
create index payment_notice_by_fund_day on ledger.payment_notice (fund_on, fee_item) where kind = '02';

create function ledger.el_transaction(center text, day date, no text) returns text
language sql immutable parallel safe as $$
    select center || '-' || to_char(day, 'YYYYMMDD') || '-' || no
$$;
comment on function ledger.el_transaction is 'The identity of a payment; null unless all three parts are there, for a 通番 alone begins anew in every center every day.';

create table ledger.fund_credit (
    id         bigint generated always as identity constraint fund_credit_pk primary key,
    fund_on    date   not null,
    fee_item   text   not null constraint fund_credit_item_is_known references ledger.eltax_fee_item,
    kind       text   not null constraint fund_credit_kind_is_known check (kind in ('notice', 'bank')),
    yen        bigint not null constraint fund_credit_is_not_zero check (yen <> 0),
    entered_by text   not null constraint fund_credit_names_its_author check (entered_by <> ''),
    entered_at timestamptz not null default clock_timestamp(),
    reason     text   not null default '',
    constraint fund_credit_correction_has_reason check (yen > 0 or reason <> '')
);
comment on table ledger.fund_credit is '払込日 and 税目: what 払込通知 announces (notice) and what the bank credited (bank), the second and third side of 18-R10. Rows add up; a correction is a further row, negative with a reason.';
create index fund_credit_by_day on ledger.fund_credit (fund_on, fee_item, kind);
create trigger fund_credit_is_append_only before update or delete or truncate on ledger.fund_credit
    for each statement execute function ledger.refuse_change();

create function ledger.enter_fund_credit(fund_on date, fee_item text, kind text, yen bigint, who text, why text) returns bigint
language sql as $$
    with entered as (
        insert into ledger.fund_credit (fund_on, fee_item, kind, yen, entered_by, reason)
        values (enter_fund_credit.fund_on, enter_fund_credit.fee_item, enter_fund_credit.kind, enter_fund_credit.yen, who, why)
        returning *
    ), told as (
        insert into audit.event (actor, action, object, object_id, after, reason)
        select who, 'fund_credit.enter', 'fund_credit', e.id::text,
               jsonb_build_object('fund_on', e.fund_on, 'fee_item', e.fee_item, 'kind', e.kind, 'yen', e.yen), nullif(why, '')
          from entered e
    )
    select sum(c.yen)::bigint from (select x.yen from entered x
                                    union all
                                    select c.yen from ledger.fund_credit c
                                     where (c.fund_on, c.fee_item, c.kind)
                                         = (enter_fund_credit.fund_on, enter_fund_credit.fee_item, enter_fund_credit.kind)) c
$$;
comment on function ledger.enter_fund_credit is 'Enters one amount; returns the sum of its day, item and kind.';

create function ledger.booking_day(day date, today date) returns date
language sql immutable parallel safe as $$
    select case when today > make_date(ledger.fiscal_year(day) + 1, 5, 31) then today else day end
$$;
comment on function ledger.booking_day is 'The day money of `day` is booked when it is taken in today: today, once the year of that day is closed (出納閉鎖).';

create function ledger.fiscal_year_takes(fiscal_year int, booked_on date, today date) returns boolean
language sql immutable parallel safe as $$
    select ledger.fiscal_year_accepts(fiscal_year, booked_on) and today <= make_date(fiscal_year + 1, 5, 31)
$$;
comment on function ledger.fiscal_year_takes is 'Whether a booking of that day may still be made in that year today.';

create table ledger.receipt (
    id            bigint generated by default as identity constraint receipt_pk primary key,
    assessment_id bigint,
    slip_id       bigint,
    notice_id     bigint,
    channel       text   not null,
    paid_on       date   not null,
    booked_on     date   not null,
    amount        bigint not null constraint receipt_amount_is_positive check (amount > 0),
    cleared       bigint not null,
    overpaid      bigint not null,
    unallocated   bigint not null,
    batch_id      bigint,
    line          bigint,
    cancelled_at  timestamptz,
    constraint receipt_goes_somewhere check (amount = cleared + overpaid + unallocated and least(cleared, overpaid, unallocated) >= 0)
);
comment on table ledger.receipt is '収入: money that reached the ward, and where it went: to a receivable, to the overpayment list, or to the unallocated ones. Nothing is discarded.';
comment on column ledger.receipt.paid_on is '収納日 (領収日): when the payer paid. booked_on 収入日: when the money is the ward''s.';
create index receipt_by_batch on ledger.receipt using brin (batch_id);
create index receipt_by_assessment on ledger.receipt (assessment_id) where assessment_id is not null;

create table ledger.clearing (
    id             bigint generated by default as identity constraint clearing_pk primary key,
    assessment_id  bigint not null,
    no             int    not null,
    kind           text   not null constraint clearing_kind_is_known check (kind in ('1', '2', '3', '4', '5')),
    paid_on        date   not null,
    booked_on      date   not null,
    channel        text   not null,
    amount         bigint not null constraint clearing_amount_is_not_zero check (amount <> 0),
    excess         bigint not null default 0,
    assessed       bigint not null,
    received_total bigint not null,
    written_off    bigint not null,
    overpaid       bigint not null,
    receipt_id     bigint,
    slip_id        bigint,
    settlement_id  bigint,
    batch_id       bigint,
    line           bigint,
    constraint clearing_no_once unique (assessment_id, no)
);
comment on table ledger.clearing is '消込: events in the order of id (1 収納 2 取消 3 還付 4 充当 5 不納欠損). Append-only: 14 and 15 send each event once and can make a past extract again.';
comment on column ledger.clearing.no is '消込連番 within the assessment.';
comment on column ledger.clearing.amount is '今回額: money that came for the receivable, negative when it went. Kind 5: what was written off. Taking an event back is the same kind with the other sign, but for receipts (2 取消).';
comment on column ledger.clearing.excess is 'What of the amount is not owed (過誤納) and so clears nothing.';
comment on column ledger.clearing.received_total is '収入済額 after this event, what is overpaid included (還付未済): the sum of all amounts but those written off. With assessed, written_off and overpaid the state as it was then.';
create trigger clearing_is_append_only before update or delete or truncate on ledger.clearing
    for each statement execute function ledger.refuse_change();

create table ledger.overpayment (
    id            bigint generated by default as identity constraint overpayment_pk primary key,
    receipt_id    bigint not null,
    assessment_id bigint,
    amount        bigint not null constraint overpayment_amount_is_positive check (amount > 0),
    state         text   not null default 'open' constraint overpayment_state_is_known check (state in ('open', 'refunded', 'appropriated', 'cancelled')),
    batch_id      bigint,
    line          bigint
);
comment on table ledger.overpayment is '過誤納: money above what was owed, to be refunded (還付) or appropriated (充当).';
create index overpayment_by_receipt on ledger.overpayment (receipt_id);
create index overpayment_open on ledger.overpayment (id) where state = 'open';

create table ledger.unallocated_receipt (
    id         bigint generated by default as identity constraint unallocated_receipt_pk primary key,
    receipt_id bigint not null,
    amount     bigint not null constraint unallocated_amount_is_positive check (amount > 0),
    cause      text   not null,
    state      text   not null default 'open' constraint unallocated_state_is_known check (state in ('open', 'allocated', 'refunded', 'cancelled')),
    batch_id   bigint,
    line       bigint
);
comment on table ledger.unallocated_receipt is '収入未整理: money whose receivable is not known (or cannot be booked in its year); a worklist.';
create index unallocated_by_receipt on ledger.unallocated_receipt (receipt_id);
create index unallocated_open on ledger.unallocated_receipt (id) where state = 'open';

create table ledger.carried_receivable (
    assessment_id bigint not null constraint carried_receivable_of_assessment references ledger.assessment,
    fiscal_year   int    not null,
    budget_line   text   not null,
    amount        bigint not null constraint carried_receivable_amount_is_positive check (amount > 0),
    received      bigint not null constraint carried_receivable_received_is_not_negative check (received >= 0),
    carried_on    date   not null,
    carried_by    text   not null constraint carried_receivable_names_its_author check (carried_by <> ''),
    reason        text   not null constraint carried_receivable_has_reason check (btrim(reason) <> ''),
    constraint carried_receivable_pk primary key (assessment_id, fiscal_year)
);
comment on table ledger.carried_receivable is '滞納繰越: what was unpaid of a receivable when the books of its year were closed, and the year and 予算科目 its money is booked in from then on. The assessment keeps its number and year.';
comment on column ledger.carried_receivable.received is '収入済額 when it was carried: money of books that are closed. It is not given back as 戻出 of the books that follow.';
create trigger carried_receivable_is_append_only before update or delete or truncate on ledger.carried_receivable
    for each statement execute function ledger.refuse_change();

create view ledger.receivable as
select a.id, ledger.assessment_no(a.fiscal_year, a.id) as assessment_no, a.source, a.source_key, a.fiscal_year, a.fund, a.budget_line,
       a.organization, a.assessed_on, coalesce(c.due_on, a.due_on) as due_on, a.method, a.reason, a.payer_name,
       (a.amount + coalesce(c.delta, 0))::bigint as assessed,
       coalesce(k.received, 0)::bigint as received,
       coalesce(k.written_off, 0)::bigint as written_off,
       (a.amount + coalesce(c.delta, 0) - coalesce(k.received, 0) - coalesce(k.written_off, 0))::bigint as unpaid,
       coalesce(b.fiscal_year, a.fiscal_year) as books_year, coalesce(b.budget_line, a.budget_line) as books_line
  from ledger.assessment a
  left join lateral (select sum(x.delta) as delta, (array_agg(x.due_on order by x.id desc))[1] as due_on
                       from ledger.assessment x where x.origin_id = a.id and x.cancelled_at is null) c on true
  left join lateral (select sum(x.amount - x.excess) filter (where x.kind <> '5') as received, sum(x.amount) filter (where x.kind = '5') as written_off
                       from ledger.clearing x where x.assessment_id = a.id) k on true
  left join lateral (select x.fiscal_year, x.budget_line from ledger.carried_receivable x where x.assessment_id = a.id order by x.fiscal_year desc limit 1) b on true
 where a.action = '1' and a.cancelled_at is null;
comment on view ledger.receivable is '債権: an assessment with its changes, what was received of it (without what is overpaid), and what is still unpaid. books_year, books_line: where its money is booked now, after a 滞納繰越 another year than its own.';

create function ledger.books_year(assessment bigint, own int) returns int
language sql stable as $$
    select coalesce((select max(k.fiscal_year) from ledger.carried_receivable k where k.assessment_id = assessment), own)
$$;
comment on function ledger.books_year is 'The year in whose books money for an assessment is booked: its own, or the one it was carried into.';

create view ledger.clearing_event as
select k.id, a.source, a.source_key, ledger.assessment_no(a.fiscal_year, a.id) as assessment_no,
       ledger.slip_no(a.fiscal_year, a.id, s.issue) as slip_no, a.fiscal_year, a.fund, a.budget_line, k.no, k.kind, k.paid_on, k.booked_on,
       k.channel, k.amount, k.assessed, k.received_total, k.assessed - (k.received_total - k.overpaid) - k.written_off as outstanding, k.overpaid,
       case when k.overpaid > 0 then '3' when k.assessed = k.received_total then '1'
            when k.assessed = k.received_total + k.written_off then '5' when k.received_total > 0 then '2' else '4' end as state, k.assessment_id
  from ledger.clearing k
  join ledger.assessment a on a.id = k.assessment_id
  left join ledger.payment_slip s on s.id = k.slip_id;
comment on view ledger.clearing_event is '消込情報 as 14 and 15 tell it to the sections (integrations §6 IF14); id is the watermark.';

create function ledger.begin_clearings() returns void
language plpgsql as $$
begin
    if to_regclass('pg_temp.incoming_clearing') is not null then
        drop table pg_temp.incoming_clearing;
    end if;
    create temp table incoming_clearing (
        seq           bigint generated always as identity,
        assessment_id bigint not null,
        kind          text   not null,
        paid_on       date   not null,
        booked_on     date   not null,
        channel       text   not null,
        amount        bigint not null,
        excess        bigint not null default 0,
        receipt_id    bigint,
        slip_id       bigint,
        settlement_id bigint,
        batch_id      bigint,
        line          bigint
    ) on commit drop;
end $$;
comment on function ledger.begin_clearings is 'Makes the temp table that add_clearings() reads: events in the order they are inserted.';

create function ledger.add_clearings() returns void
language plpgsql
set jit = off
set enable_seqscan = off -- as in post_assessments
set enable_bitmapscan = off
as $$
begin
    -- The receivables are locked by the caller. Each event goes on from the last one of its receivable: numbers and totals have no gap.
    insert into ledger.clearing (assessment_id, no, kind, paid_on, booked_on, channel, amount, excess, assessed, received_total, written_off, overpaid,
        receipt_id, slip_id, settlement_id, batch_id, line)
    select e.assessment_id, coalesce(k.no, 0) + row_number() over one, e.kind, e.paid_on, e.booked_on, e.channel, e.amount, e.excess, coalesce(v.assessed, 0),
           coalesce(k.received_total, 0) + sum(case when e.kind = '5' then 0 else e.amount end) over one,
           coalesce(k.written_off, 0) + sum(case when e.kind = '5' then e.amount else 0 end) over one,
           coalesce(k.overpaid, 0) + sum(e.excess) over one,
           e.receipt_id, e.slip_id, e.settlement_id, e.batch_id, e.line
      from pg_temp.incoming_clearing e
      -- Nothing is owed any more of an assessment that was cancelled; money for it is overpaid.
      left join ledger.receivable v on v.id = e.assessment_id
      left join lateral (select x.no, x.received_total, x.written_off, x.overpaid
                           from ledger.clearing x where x.assessment_id = e.assessment_id order by x.no desc limit 1) k on true
    window one as (partition by e.assessment_id order by e.seq)
     order by e.seq;
end $$;
comment on function ledger.add_clearings is 'Writes the events of temp table incoming_clearing down, with the running totals of each receivable. The one way into ledger.clearing.';

create function ledger.business_day_after(day date, days int, kind text) returns date
language plpgsql stable as $$
begin
    for i in 1 .. days loop
        day := ledger.next_business_day(day + 1, kind);
    end loop;
    return day;
end $$;
comment on function ledger.business_day_after is 'So many business days later; the day itself for none.';

create function ledger.slip_posting_day(issued_on date) returns date
language sql stable as $$
    select ledger.business_day_after(slip_posting_day.issued_on, g.posting_days, 'office') from ledger.eltax_agency g
$$;
comment on function ledger.slip_posting_day is 'The day a slip issued on that day goes to its payer (発送).';

create view ledger.slip_posting as
with posting as materialized ( -- the calendar is asked once per day, not once per slip
    select d.issued_on, ledger.slip_posting_day(d.issued_on) as post_on
      from (select distinct s.issued_on from ledger.payment_slip s where s.state in ('queued', 'uploaded')) d
)
select s.id as slip_id, ledger.slip_no(s.levy_year, s.assessment_id, s.issue) as slip_no, s.amount, s.issued_on, p.post_on, n.file_id,
       (select min((d.at at time zone 'Asia/Tokyo')::date) from export.delivery d where d.file_id = n.file_id and d.kind = 'accepted') as accepted_on
  from ledger.payment_slip s
  join posting p on p.issued_on = s.issued_on
  join ledger.slip_notice n on n.slip_id = s.id and n.action = '1' and n.state <> 'withdrawn'
 where s.state in ('queued', 'uploaded');
comment on view ledger.slip_posting is 'Slips that can be paid: the day each goes to its payer (発送), and the day eLTAX accepted the file that brought it.';

create function ledger.late_slips(today date) returns table (slip_id bigint, amount bigint, code text, detail jsonb)
language sql stable as $$
    select p.slip_id, p.amount, 'EL17_R11_LATE',
           jsonb_build_object('value', p.slip_no, 'post_on', p.post_on, 'file', coalesce(p.file_id::text, '-'))
      from ledger.slip_posting p
     where p.post_on <= today and p.accepted_on is null
     order by p.slip_id
$$;
comment on function ledger.late_slips is '17-R11: slips whose posting day has come and that eLTAX is not known to have accepted.';

-- ── Printed slips ───────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.slip_form (
    only_row   boolean default true constraint slip_form_pk primary key constraint slip_form_is_one_row check (only_row),
    authority  text not null,
    payee      text not null,
    payable_at text not null
);
comment on table ledger.slip_form is '納付書の様式: what is the same on every printed slip. One row of an invented ward; the accounting office writes its own.';
comment on column ledger.slip_form.authority is '納入の通知をする者.';
comment on column ledger.slip_form.payee is 'Whose account the money goes to.';
comment on column ledger.slip_form.payable_at is '納付場所, a sentence.';
insert into ledger.slip_form (authority, payee, payable_at)
values ('連携区長', '連携区会計管理者', '納付場所：指定金融機関・収納代理金融機関の窓口、eL-QR に対応する全国の金融機関、地方税お支払サイト');

create view ledger.printed_slip as
select s.id, s.state, s.batch_id, s.line, s.case_key, s.assessment_id, ledger.slip_no(s.levy_year, s.assessment_id, s.issue) as slip_no,
       ledger.assessment_no(a.fiscal_year, a.id) as assessment_no, a.fiscal_year, f.name as fund, coalesce(l.name, a.budget_line) as budget_line,
       coalesce(o.name, a.organization) as section, coalesce(o.tel, '') as telephone, a.reason, s.period, a.postal, a.address, a.payer_name as payer,
       s.amount, s.amount_main, s.amount_reminder, s.amount_interest, s.issued_on, s.due_on, s.pay_limit_on, s.agency_code as agency,
       s.office_code as office, s.tax_year, s.confirmation_no as confirmation, s.fee_item,
       ledger.el_qr(g.operator_account, s.amount, g.fee_bearer, g.stamp_duty, s.fee_item, s.case_key, s.confirmation_no,
                    s.agency_code, s.office_code, s.levy_year, s.tax_year, s.period, s.due_on, s.pay_limit_on) as qr
  from ledger.payment_slip s
  join ledger.assessment a on a.id = s.assessment_id
  join ledger.fund f on f.code = a.fund
  left join ledger.budget_line l on (l.fiscal_year, l.fund, l.code) = (a.fiscal_year, a.fund, a.budget_line)
  left join ledger.organization o on o.code = a.organization and s.issued_on between o.valid_from and o.valid_to
 cross join ledger.eltax_agency g;
comment on view ledger.printed_slip is 'What is printed on a slip, by the names the printing knows. The eL-QR is the one that file 17 sends.';

create function ledger.find_slips(wanted text[]) returns table (place bigint, wanted text, slip_id bigint)
language sql stable as $$
    select w.n, w.no, s.id
      from unnest(find_slips.wanted) with ordinality w (no, n)
     cross join lateral (select case when w.no ~ '^[0-9]{13}-[0-9]{2}$' then substr(w.no, 5, 9)::bigint end as of_slip,
                                case when w.no ~ '^[0-9]{4}[A-Z][0-9]{7}$'
                                     then (ascii(substr(w.no, 5, 1)) - 65) * 10000000::bigint + substr(w.no, 6, 7)::bigint end as of_assessment) x
      left join ledger.payment_slip s
        on s.case_key = w.no
        or s.assessment_id = x.of_slip and ledger.slip_no(s.levy_year, s.assessment_id, s.issue) = w.no
        or s.assessment_id = x.of_assessment and s.state in ('queued', 'uploaded')
           and exists (select from ledger.assessment a where a.id = s.assessment_id and ledger.assessment_no(a.fiscal_year, a.id) = w.no)
     order by w.n, s.id
$$;
comment on function ledger.find_slips is 'Slips by 案件特定キー, by 納入通知書番号, or by 調定番号 (those that can be paid). slip_id null: there is none.';

-- ── Assessments: check ──────────────────────────────────────────────────────────────────────────────────────────────
-- The folders of 12 and 13 name their layout's record kind `assessment` with the same field ids, and call these functions.

create function ledger.begin_assessment_combinations() returns void
language plpgsql
set jit = off as $$
begin
    perform intake.work_table('assessment_combination',
        'source text, fiscal_year int, fund text, budget_line text, organization text, assessed_on date, due_on date, method text,
         changes boolean, quantity boolean, lowest text, highest text');
    insert into pg_temp.assessment_combination
    select s.source, s.fiscal_year, s.fund, s.budget_line, s.organization, s.assessed_on, s.due_on, s.method,
           bool_or(s.action <> '1'), bool_or(s.qty * s.unit_yen <> s.amount), min(s.source_key collate "C"), max(s.source_key collate "C")
      from pg_temp.staged_assessment s
     group by 1, 2, 3, 4, 5, 6, 7, 8;
end $$;
comment on function ledger.begin_assessment_combinations is 'One pass over staged_assessment: its distinct combinations, and of each whether it has changes, an amount that is not quantity × unit price, and its first and last key.';

create function ledger.check_assessments(sender text)
returns table (line bigint, verdict text, code text, field text, detail jsonb)
language plpgsql
set jit = off
set enable_mergejoin = off -- a million staged rows are joined to a handful of findings: never sort them for it
as $$
#variable_conflict use_column
declare
    today     date := (select business_date from pg_temp.batch);
    horizon   date := (select through from ledger.calendar_horizon);
    lowest    text collate "C";
    highest   text collate "C";
    changes   boolean;
    quantity  boolean;
    key_twice boolean;
begin
    -- Masters and dates are judged once per distinct combination, not once per row: a file has a handful of them. They are kept for
    -- the posting, with what tells which of the questions below need to be asked line by line.
    perform ledger.begin_assessment_combinations();
    select min(c.lowest collate "C"), max(c.highest collate "C"), bool_or(c.quantity), bool_or(c.changes)
      into lowest, highest, quantity, changes
      from pg_temp.assessment_combination c;
    -- Equal keys have equal hashes: when all hashes differ, so do all keys.
    key_twice := (select count(*) <> count(distinct hashtextextended(s.source_key, ascii(s.action))) from pg_temp.staged_assessment s);
    return query
    with section as materialized (
        with recursive below as (
            select i.organization as code from ledger.intake_section i where i.source = sender
            union
            -- Below it, and what followed it in a reform (機構改革).
            select o.code
              from below b
             cross join lateral (select p.code from ledger.organization p where p.parent = b.code
                                 union all select s.successor from ledger.organization_successor s where s.predecessor = b.code) o
        )
        select code from below
    ), judged as (
        select c.*,
               coalesce(ledger.fiscal_year_accepts(c.fiscal_year, c.assessed_on), false)
                   and today <= make_date(c.fiscal_year + 1, 5, 31) as year_open,
               exists (select from ledger.budget_line b
                        where (b.fiscal_year, b.fund, b.code, b.side) = (c.fiscal_year, c.fund, c.budget_line, 'revenue')) as line_known,
               exists (select from ledger.organization o
                        where o.code = c.organization and c.assessed_on between o.valid_from and o.valid_to) as organization_known,
               c.organization in (select code from section) as organization_ours,
               -- Beyond the horizon the calendar is silent: such a date waits until the holidays are imported.
               c.due_on > horizon as beyond,
               case when c.due_on <= horizon then ledger.next_business_day(c.due_on, 'bank') end as moved_to,
               c.method = '4' and ledger.eltax_item(c.fund, c.budget_line, c.assessed_on) is null as not_eltax
          from pg_temp.assessment_combination c
    ), fault as materialized (
        select j.source, j.fiscal_year, j.fund, j.budget_line, j.organization, j.assessed_on, j.due_on, j.method,
               v.verdict, v.code, v.field, v.detail
          from judged j
         cross join lateral (values
            (j.source <> sender, 'reject', 'REVENUE_SOURCE', 'source', jsonb_build_object('value', j.source, 'expected', sender)),
            (not j.year_open, 'reject', 'REVENUE_YEAR_CLOSED', 'fiscal_year',
                jsonb_build_object('value', j.fiscal_year, 'assessed_on', j.assessed_on, 'booked_on', today)),
            (j.year_open and not j.line_known, 'reject', 'REVENUE_LINE_UNKNOWN', 'budget_line',
                jsonb_build_object('value', j.budget_line, 'fiscal_year', j.fiscal_year, 'fund', j.fund)),
            (not j.organization_known, 'reject', 'REVENUE_ORGANIZATION_UNKNOWN', 'organization',
                jsonb_build_object('value', j.organization, 'day', j.assessed_on)),
            (j.organization_known and not j.organization_ours, 'reject', 'REVENUE_ORGANIZATION_FOREIGN', 'organization',
                jsonb_build_object('value', j.organization, 'source', sender)),
            (j.due_on < j.assessed_on, 'reject', 'REVENUE_DUE_BEFORE_ASSESSED', 'due_on',
                jsonb_build_object('value', j.due_on, 'assessed_on', j.assessed_on)),
            (j.beyond, 'hold', 'REVENUE_CALENDAR_ENDS', 'due_on', jsonb_build_object('value', j.due_on, 'through', horizon)),
            (j.moved_to <> j.due_on, 'warn', 'REVENUE_DUE_MOVED', 'due_on', jsonb_build_object('value', j.due_on, 'moved_to', j.moved_to)),
            (j.not_eltax, 'hold', 'REVENUE_NOT_ELTAX', 'method', jsonb_build_object('value', j.method, 'budget_line', j.budget_line, 'day', j.assessed_on))
         ) v (hit, verdict, code, field, detail)
         where v.hit
    )
    select s.line, f.verdict, f.code, f.field, f.detail
      from pg_temp.staged_assessment s
      join fault f on (s.source, s.fiscal_year, s.fund, s.budget_line, s.organization, s.assessed_on, s.due_on, s.method)
                    = (f.source, f.fiscal_year, f.fund, f.budget_line, f.organization, f.assessed_on, f.due_on, f.method)
     -- What was carried over (滞納繰越) lives in another year's books: whether those take a change of it is asked with the changes.
     where f.code <> 'REVENUE_YEAR_CLOSED' or s.action = '1'
        or not exists (select from ledger.assessment a join ledger.carried_receivable k on k.assessment_id = a.id
                        where a.source_key = s.origin_key and a.action = '1' and a.source = s.source and a.cancelled_at is null);

    if quantity then
        return query
        select s.line, 'reject', 'REVENUE_QUANTITY', 'amount',
               jsonb_build_object('value', s.amount, 'qty', s.qty, 'unit_yen', s.unit_yen, 'product', s.qty * s.unit_yen)
          from pg_temp.staged_assessment s
         where s.qty * s.unit_yen <> s.amount;
    end if;

    -- The natural key in the ledger: the same content is known and skipped, other content is refused.
    -- Sections number upwards, so the range of the file's keys keeps the search away from all older ones.
    return query
    with known as materialized (
        select s.line, a.id
          from pg_temp.staged_assessment s
          join ledger.assessment a on a.source_key = s.source_key and a.action = s.action and a.source = s.source and a.cancelled_at is null
         where a.source_key between lowest and highest
    )
    select s.line,
           case when content.same then 'skip' else 'reject' end,
           case when content.same then 'REVENUE_KEY_KNOWN' else 'REVENUE_KEY_CHANGED' end,
           'source_key', jsonb_build_object('value', s.source_key, 'action', s.action, 'assessment_no', ledger.assessment_no(a.fiscal_year, a.id))
      from known k
      join pg_temp.staged_assessment s on s.line = k.line
      join ledger.assessment a on a.id = k.id
     cross join lateral (select
           (a.fiscal_year, a.fund, a.budget_line, a.organization, a.assessed_on, a.due_given, a.reason, a.payer_type, a.payer_name,
            a.payer_kana, a.postal, a.address, a.amount, a.tax_class, a.method)
         = (s.fiscal_year, s.fund, s.budget_line, s.organization, s.assessed_on, s.due_on, s.reason, s.payer_type, s.payer_name,
            s.payer_kana, s.postal, s.address, s.amount, s.tax_class, s.method)
       and (a.item_code, a.period, a.payer_no, a.qty, a.unit_yen, a.origin_key)
           is not distinct from (s.item_code, s.period, s.payer_no, s.qty, s.unit_yen, s.origin_key) as same) content;

    -- The same key twice in the file. (Different content under one key is a fault of the layout already.)
    if key_twice then
        return query
        with twice as materialized (
            select s.source_key, s.action, min(s.line) as first_line from pg_temp.staged_assessment s group by 1, 2 having count(*) > 1
        )
        select s.line, 'skip', 'REVENUE_KEY_TWICE', 'source_key', jsonb_build_object('value', s.source_key, 'first_line', t.first_line)
          from pg_temp.staged_assessment s
          join twice t on t.source_key = s.source_key and t.action = s.action
         where s.line <> t.first_line;
    end if;

    if not coalesce(changes, false) then
        return;
    end if;

    -- Changes: the running total of each receivable, line by line, from what the ledger (or an earlier part of this file) has.
    return query
    with change as materialized (
        select s.*, row_number() over (partition by s.source_key, s.action order by s.line) as nth
          from pg_temp.staged_assessment s
         where s.action <> '1'
           and not exists (select from ledger.assessment a
                            where a.source_key = s.source_key and a.action = s.action and a.source = s.source and a.cancelled_at is null)
    ), opener as materialized (
        -- Receivables that begin in this file, found once for all changes and not once for each.
        select distinct on (s.source_key) s.*
          from pg_temp.staged_assessment s
         where s.action = '1' and s.source_key in (select c.origin_key from change c)
         order by s.source_key, s.line
    ), not_eltax as materialized (
        select d.* from (select distinct c.fund, c.budget_line, c.assessed_on from change c where c.method = '4') d
         where ledger.eltax_item(d.fund, d.budget_line, d.assessed_on) is null
    ), origin as (
        select c.line, c.source, c.origin_key, c.source_key, c.action, c.amount, c.fiscal_year, c.fund, c.budget_line, c.organization,
               a.id as origin_id, f.line as origin_line,
               coalesce(a.fiscal_year, f.fiscal_year) as o_year, coalesce(a.fund, f.fund) as o_fund,
               coalesce(a.budget_line, f.budget_line) as o_line, coalesce(a.organization, f.organization) as o_organization, c.assessed_on,
               coalesce(r.books_year, f.fiscal_year) as k_year, coalesce(r.books_line, f.budget_line) as k_line,
               a.id is null and (f.due_on > horizon or f.method = '4' and ledger.eltax_item(f.fund, f.budget_line, f.assessed_on) is null) as origin_held,
               c.due_on > horizon or c.method = '4' and n.fund is not null as held,
               coalesce(r.assessed, f.amount) as assessed, coalesce(r.received + r.written_off, 0) as settled,
               exists (select from ledger.assessment x where x.origin_id = a.id and x.action = '4' and x.cancelled_at is null) as cancelled,
               case c.action when '2' then c.amount else -c.amount end as delta
          from change c
          left join ledger.assessment a on a.source_key = c.origin_key and a.action = '1' and a.source = c.source and a.cancelled_at is null
          left join ledger.receivable r on r.id = a.id
          left join opener f on a.id is null and f.source_key = c.origin_key
          left join not_eltax n on (n.fund, n.budget_line, n.assessed_on) = (c.fund, c.budget_line, c.assessed_on)
         where c.nth = 1
    ), running as (
        select o.*, o.assessed + sum(o.delta) over (partition by o.origin_key order by o.line) as after
          from origin o
    ), fault as materialized (
        select r.line, v.code, v.field, v.detail
          from running r
         cross join lateral (values
            -- A change is booked where the receivable lives. That of the year it names, if it names that one, was asked above.
            (r.k_year <> r.o_year and r.fiscal_year <> r.k_year and not ledger.fiscal_year_takes(r.k_year, r.assessed_on, today),
                'REVENUE_YEAR_CLOSED', 'fiscal_year', jsonb_build_object('value', r.k_year, 'assessed_on', r.assessed_on, 'booked_on', today)),
            (r.origin_id is null and r.origin_line is null, 'REVENUE_ORIGIN_UNKNOWN', 'origin_key', jsonb_build_object('value', r.origin_key)),
            (r.origin_held, 'REVENUE_ORIGIN_HELD', 'origin_key', jsonb_build_object('value', r.origin_key, 'origin_line', r.origin_line)),
            (r.cancelled, 'REVENUE_ORIGIN_CANCELLED', 'origin_key', jsonb_build_object('value', r.origin_key)),
            -- What was carried over is named by its own year and line, or by those it was carried into.
            ((r.fiscal_year, r.fund, r.budget_line) <> (r.o_year, r.o_fund, r.o_line)
                and (r.fiscal_year, r.fund, r.budget_line) <> (r.k_year, r.o_fund, r.k_line)
                -- After a reform the successor carries the receivable.
                or r.organization <> r.o_organization and ledger.organization_on(r.o_organization, r.assessed_on) is distinct from r.organization,
                'REVENUE_ORIGIN_DIFFERS', 'budget_line', jsonb_build_object('value', r.budget_line, 'origin', r.o_line,
                    'fiscal_year', r.fiscal_year, 'origin_year', r.o_year)),
            -- Of what is cancelled nothing is left to be reckoned with.
            (not r.cancelled and r.action <> '2' and r.after < r.settled, 'REVENUE_BELOW_RECEIVED', 'amount',
                jsonb_build_object('value', r.amount, 'after', r.after, 'received', r.settled)),
            (not r.cancelled and r.action = '4' and r.after <> 0, 'REVENUE_CANCEL_AMOUNT', 'amount', jsonb_build_object('value', r.amount, 'assessed', r.after + r.amount)),
            (exists (select from ledger.payment_slip p where p.assessment_id = r.origin_id and p.state = 'provisional'),
                'REVENUE_SLIP_PROVISIONAL', 'origin_key', jsonb_build_object('value', r.origin_key)),
            (exists (select from ledger.payment_slip p join ledger.slip_notice n on n.slip_id = p.id and n.state = 'queued'
                      where p.assessment_id = r.origin_id and ledger.slip_notice_is_claimed(n.id)),
                'REVENUE_SLIP_IN_FILE', 'origin_key', jsonb_build_object('value', r.origin_key))
         ) v (hit, code, field, detail)
         where v.hit
    ), behind as (
        select r.line, r.origin_key, r.action, r.held or f.line is not null as stays, f.line is not null as faulty,
               min(r.line) filter (where r.held or f.line is not null)
                   over (partition by r.origin_key order by r.line rows between unbounded preceding and 1 preceding) as earlier
          from running r
          left join (select distinct x.line from fault x) f on f.line = r.line
    ), ended as (
        select b.*, b.action <> '2' and not b.faulty and b.earlier is not null as waits,
               min(b.line) filter (where b.action = '4' and not b.stays and b.earlier is null)
                   over (partition by b.origin_key order by b.line rows between unbounded preceding and 1 preceding) as cancel_line
          from behind b
    )
    select f.line, case f.code when 'REVENUE_YEAR_CLOSED' then 'reject' else 'hold' end, f.code, f.field, f.detail
      from fault f join ended e on e.line = f.line
     where e.cancel_line is null or f.code not in ('REVENUE_BELOW_RECEIVED', 'REVENUE_CANCEL_AMOUNT')
    union all
    -- What lowers or ends a receivable reckons with the changes before it: those that wait may never come.
    select e.line, 'hold', 'REVENUE_CHANGE_WAITS', 'origin_key', jsonb_build_object('value', e.origin_key, 'earlier_line', e.earlier)
      from ended e
     where e.waits and e.cancel_line is null
    union all
    -- A cancellation before it in the file that is posted with it: a change behind it has nothing left to change.
    select e.line, 'hold', 'REVENUE_ORIGIN_CANCELLED_HERE', 'origin_key', jsonb_build_object('value', e.origin_key, 'cancel_line', e.cancel_line)
      from ended e
     where e.cancel_line is not null;
end $$;
comment on function ledger.check_assessments is 'check.sql of 12 and 13: verdicts on the temp table staged_assessment of one sender (連携元).';

-- ── Assessments: post ───────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.begin_assessment_sides(out earliest date, out latest date, out changes boolean, out by_slip boolean)
language plpgsql
set jit = off
set enable_seqscan = on -- post_assessments has it off, which makes all plans of a question to a temp table look equally dear
set enable_sort = off
as $$
begin
    perform ledger.begin_sides();
    -- What the check found, unless lines were set aside after it.
    if exists (select from pg_temp.line_verdict v where v.rank in (2, 3)) then
        perform ledger.begin_assessment_combinations();
    end if;
    with combination as (
        select s.fiscal_year, s.assessed_on, s.fund, s.budget_line, min(s.due_on) as earliest, max(s.due_on) as latest,
               bool_or(s.changes) as changes, bool_or(s.method = '4') as by_slip
          from pg_temp.assessment_combination s group by 1, 2, 3, 4
    ), side as (
        insert into pg_temp.journal_side (event, fiscal_year, booked_on, fund, budget_line, has_yen)
        select 'ASSESSMENT', c.fiscal_year, c.assessed_on, c.fund, c.budget_line, true from combination c
    )
    select min(c.earliest), max(c.latest), bool_or(c.changes), bool_or(c.by_slip)
      into begin_assessment_sides.earliest, begin_assessment_sides.latest, begin_assessment_sides.changes, begin_assessment_sides.by_slip
      from combination c;
end $$;
comment on function ledger.begin_assessment_sides is 'Of what is left in staged_assessment: its first and last due day, whether it has changes and slips, and in journal_side the combinations it is booked under.';

create function ledger.book_carried_changes(batch bigint, first bigint) returns bigint[]
language plpgsql as $$
declare
    moved bigint[];
begin
    -- The row keeps the year and 科目 it was handed in with; what it books lies in the books its receivable was carried into.
    with booked as (
        insert into pg_temp.journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
        select a.line, 'ASSESSMENT', b.fiscal_year, a.assessed_on, a.fund, b.budget_line, a.organization, a.delta, a.reason, 'assessment', a.id
          from ledger.assessment a
         cross join lateral (select k.fiscal_year, k.budget_line from ledger.carried_receivable k
                              where k.assessment_id = a.origin_id order by k.fiscal_year desc limit 1) b
         where a.id >= first and a.batch_id = batch and a.action <> '1' and (a.fiscal_year, a.budget_line) <> (b.fiscal_year, b.budget_line)
         order by a.id
        returning object_id
    )
    select coalesce(array_agg(object_id), '{}') into moved from booked;
    if moved <> '{}' then
        delete from pg_temp.journal_side k
         where not exists (select from ledger.assessment a
                            where a.id >= first and a.batch_id = batch and a.id <> all (moved)
                              and (a.fiscal_year, a.assessed_on, a.fund, a.budget_line) = (k.fiscal_year, k.booked_on, k.fund, k.budget_line));
    end if;
    return moved;
end $$;
comment on function ledger.book_carried_changes is 'Changes of receivables that were carried over (滞納繰越): rows of the temp table journal, in the year and 科目 the receivable lives in now. Returns their ids; the rest is posted by its own year.';

create function ledger.write_assessment_postings(batch bigint, first bigint, last bigint, elsewhere bigint[]) returns void
language plpgsql
set jit = off
set enable_seqscan = off -- as in post_assessments
set enable_bitmapscan = off
set enable_nestloop = off -- the planner does not know how many rows there are, and would compare each with every combination
set enable_mergejoin = off
as $$
#variable_conflict use_variable
declare
    -- Ids posted in one statement, so that the check of what was added keeps them in memory.
    slice   constant int := 25000;
    from_id bigint := first;
    to_id   bigint;
    side    record;
begin
    -- Arrays, because the planner knows how long they are: the few combinations are hashed, and the rows come in the order of the file.
    select array_agg(fiscal_year) as years, array_agg(booked_on) as days, array_agg(fund) as funds, array_agg(budget_line) as lines,
           array_agg(entry_id) as entries, array_agg(debit_account) as debits, array_agg(credit_account) as credits
      into side from pg_temp.journal_side;
    -- Straight from the rows, not by way of the journal: to write a million rows to a temp table and read them again costs half as
    -- much as posting them. A negative effect swaps the sides.
    while from_id <= last loop
        to_id := least(from_id + slice - 1, last);
        insert into ledger.posting (entry_id, no, source_line, amount, object_id, debit_account, credit_account, budget_line, organization,
                                    object, memo)
        select k.entry, a.id - first + 1, a.line, a.amount, a.id,
               case when a.delta > 0 then k.debit else k.credit end,
               case when a.delta > 0 then k.credit else k.debit end,
               a.budget_line, a.organization, 'assessment', a.reason
          from ledger.assessment a
          join unnest(side.years, side.days, side.funds, side.lines, side.entries, side.debits, side.credits)
               k (year, day, fund, line, entry, debit, credit)
            on (k.year, k.day, k.fund, k.line) = (a.fiscal_year, a.assessed_on, a.fund, a.budget_line)
         -- Asked in this way because the planner, who has not seen the batch, would take few rows to be of it.
         where a.id between from_id and to_id and case when a.batch_id = batch then true else false end and a.id <> all (elsewhere);
        from_id := to_id + 1;
    end loop;
end $$;
comment on function ledger.write_assessment_postings is 'The postings of the assessments a batch has just written, whose sides are in journal_side; elsewhere: those that are booked by another way.';

create function ledger.post_assessments() returns void
language plpgsql
set jit = off
-- Behind a large file the statistics know nothing of the newest rows: a message of one must find its own by the primary key, not
-- read a million, be it from end to end or by the block ranges of the batch.
set enable_seqscan = off
set enable_bitmapscan = off
set synchronize_seqscans = off -- in file order, also when a large table is read
as $$
declare
    batch   bigint := (select id from pg_temp.batch);
    -- Ids are drawn from the sequence in this transaction, so "from here on" finds this call's rows by the primary key.
    first   bigint := (select last_value + is_called::int from ledger.assessment_id_seq);
    last     bigint;
    earliest date;
    latest   date;
    changes  boolean;
    by_slip  boolean;
    moved_to date[];
    carried  bigint[] := '{}';
begin
    select * into earliest, latest, changes, by_slip from ledger.begin_assessment_sides();
    if earliest is null then
        return;
    end if;
    -- The calendar is asked once per date. An array, not a join: a join would let the planner reorder the file.
    moved_to := array(select ledger.next_business_day(earliest + i, 'bank') from generate_series(0, latest - earliest) i order by i);
    insert into ledger.assessment (origin_id, batch_id, line, fiscal_year, amount, delta, qty, unit_yen, assessed_on, due_given, due_on,
        source, source_key, action, fund, budget_line, organization, method, tax_class, payer_type, payer_no, period, item_code, postal,
        origin_key, reason, payer_name, payer_kana, address)
    select null, batch, s.line, s.fiscal_year, s.amount, s.amount, s.qty, s.unit_yen, s.assessed_on, s.due_on, moved_to[s.due_on - earliest + 1],
           s.source, s.source_key, s.action, s.fund, s.budget_line, s.organization, s.method, s.tax_class, s.payer_type, s.payer_no,
           s.period, s.item_code, s.postal, null, s.reason, s.payer_name, s.payer_kana, s.address
      from pg_temp.staged_assessment s
     where s.action = '1';

    if changes then
        perform from ledger.assessment o
         where o.action = '1' and o.cancelled_at is null
           and exists (select from pg_temp.staged_assessment s where s.action <> '1' and s.origin_key = o.source_key and s.source = o.source)
         order by o.id for update;

        insert into ledger.assessment (origin_id, batch_id, line, fiscal_year, amount, delta, qty, unit_yen, assessed_on, due_given, due_on,
            source, source_key, action, fund, budget_line, organization, method, tax_class, payer_type, payer_no, period, item_code, postal,
            origin_key, reason, payer_name, payer_kana, address)
        select o.id, batch, s.line, s.fiscal_year, s.amount, case s.action when '2' then s.amount else -s.amount end, s.qty, s.unit_yen,
               s.assessed_on, s.due_on, moved_to[s.due_on - earliest + 1],
               s.source, s.source_key, s.action, s.fund, s.budget_line, s.organization, s.method, s.tax_class, s.payer_type, s.payer_no,
               s.period, s.item_code, s.postal, s.origin_key, s.reason, s.payer_name, s.payer_kana, s.address
          from pg_temp.staged_assessment s
          join ledger.assessment o on o.source_key = s.origin_key and o.action = '1' and o.source = s.source and o.cancelled_at is null
         where s.action <> '1'
         order by s.line;

        -- A receipt may have come between the check and the lock: then the whole thing is tried again and held.
        if exists (select from ledger.receivable r
                    where r.id in (select x.origin_id from ledger.assessment x where x.id >= first and x.batch_id = batch and x.action in ('3', '4'))
                      and r.unpaid < 0) then
            raise exception 'a receipt arrived while the assessment was being reduced' using errcode = '40001';
        end if;
        carried := ledger.book_carried_changes(batch, first);
    end if;

    last := (select last_value from ledger.assessment_id_seq);
    insert into ledger.assessment_range (batch_id, first_id, last_id) select batch, first, last where first <= last;
    perform ledger.open_entries();
    perform ledger.write_assessment_postings(batch, first, last, carried);

    if by_slip then
        perform ledger.issue_slips(first, batch, changes);
    end if;
    if changes then
        perform ledger.refresh_slips(array(
            select distinct a.origin_id from ledger.assessment a where a.id >= first and a.batch_id = batch and a.origin_id is not null), batch);
    end if;

    if last - first < 1000 then
        insert into pg_temp.posted (line, object, object_id, yen)
        select a.line, 'assessment', a.id, a.amount from ledger.assessment a where a.id >= first and a.batch_id = batch;
    else
        -- A million rows are not copied to be counted.
        insert into pg_temp.posted_set (query) values (format(
            'select line, ''assessment'' as object, id as object_id, amount as yen from ledger.assessment where id between %s and %s and batch_id = %s',
            first, last, batch));
    end if;
end $$;
comment on function ledger.post_assessments is 'post.sql of 12 and 13: staged_assessment → assessment, slips, entries with their postings, and posted.';

-- ── Slips: issue, replace ───────────────────────────────────────────────────────────────────────────────────────────

create function ledger.issue_slips(first bigint, batch bigint, changes boolean) returns void
language plpgsql
set jit = off
as $$
declare
    first_slip bigint := (select last_value + is_called::int from ledger.payment_slip_id_seq);
begin
    -- The batch's rows are looked through once; few of a file's assessments are paid by eL-QR. An assessment changed in the same
    -- file gets its first slip with the final amount, from refresh_slips.
    create temp table slip_wanted on commit drop as
    select a.id, a.fiscal_year, a.amount, a.due_on, a.fund, a.budget_line, a.assessed_on, a.line
      from ledger.assessment a
     where a.id >= first and a.batch_id = batch and a.method = '4' and a.action = '1';
    if changes then
        delete from pg_temp.slip_wanted w
         using (select origin_id from ledger.assessment where id >= first and batch_id = batch and origin_id is not null) c
         where c.origin_id = w.id;
    end if;

    insert into ledger.payment_slip (assessment_id, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
        amount, amount_main, due_on, pay_limit_on, issued_on, batch_id, line)
    -- Materialized, or the function is asked for each slip and not for each 科目 and day.
    with item as materialized (
        select d.*, ledger.eltax_item(d.fund, d.budget_line, d.assessed_on) as item
          from (select distinct fund, budget_line, assessed_on from pg_temp.slip_wanted) d
    )
    select w.id, g.agency_code, g.office_code, i.item, ledger.el_case_key(g.key_prefix, w.fiscal_year, w.id, 1, 1), ledger.random_digits(),
           w.fiscal_year, w.fiscal_year, w.amount, w.amount, w.due_on, w.due_on + g.limit_days, b.business_date, batch, w.line
      from pg_temp.slip_wanted w
      join item i on (i.fund, i.budget_line, i.assessed_on) = (w.fund, w.budget_line, w.assessed_on)
     cross join ledger.eltax_agency g
     cross join pg_temp.batch b;
    drop table pg_temp.slip_wanted;

    insert into ledger.slip_notice (slip_id, action, batch_id, line)
    select s.id, '1', s.batch_id, s.line from ledger.payment_slip s where s.id >= first_slip and s.batch_id = batch;
end $$;
comment on function ledger.issue_slips is 'First slips of the assessments a batch has just posted (納付方法 4).';

create function ledger.tell_changes(slips bigint[], batch bigint) returns void
language plpgsql as $$
begin
    -- Changed back before eLTAX was told: there is nothing to tell.
    update ledger.slip_notice n
       set state = 'withdrawn'
      from ledger.payment_slip s cross join ledger.slip_known(s.id) k
     where s.id = any (slips) and n.slip_id = s.id and n.action = '2' and n.state = 'queued'
       and (k.amount, k.due_on, k.pay_limit_on) = (s.amount, s.due_on, s.pay_limit_on);
    insert into ledger.slip_notice (slip_id, action, batch_id)
    select s.id, '2', batch
      from ledger.payment_slip s cross join ledger.slip_known(s.id) k
     where s.id = any (slips) and (k.amount, k.due_on, k.pay_limit_on) <> (s.amount, s.due_on, s.pay_limit_on)
       and not exists (select from ledger.slip_notice n where n.slip_id = s.id and n.action = '2' and n.state = 'queued')
     order by s.id;
end $$;
comment on function ledger.tell_changes is 'One 変更 waits for each of these slips that says something else than eLTAX knows, and none for the others.';

create function ledger.change_slips(slips bigint[], batch bigint) returns void
language plpgsql
set jit = off
as $$
begin
    -- What eLTAX was told stays on record beside what the slip says from now on.
    update ledger.slip_notice n
       set amount = s.amount, due_on = s.due_on, pay_limit_on = s.pay_limit_on
      from ledger.payment_slip s
     where s.id = any (slips) and n.slip_id = s.id and n.state = 'uploaded' and n.action in ('1', '2') and n.amount is null;

    update ledger.payment_slip s
       set amount = r.unpaid, amount_main = r.unpaid, amount_reminder = 0, amount_interest = 0, due_on = r.due_on,
           -- A limit that was given to the slip itself (再発行) stays while the due date does. The barcode has amount and limit in it.
           pay_limit_on = case when r.due_on = s.due_on then s.pay_limit_on else r.due_on + g.limit_days end, store_barcode = null
      from ledger.receivable r cross join ledger.eltax_agency g
     where s.id = any (slips) and r.id = s.assessment_id;

    perform ledger.tell_changes(slips, batch);
end $$;
comment on function ledger.change_slips is 'Makes slips that eLTAX has say what is owed now, under their keys, and lets eLTAX be told (2 変更).';

create function ledger.refresh_slips(assessments bigint[], batch bigint, today date) returns void
language plpgsql
set jit = off
set enable_seqscan = off -- as in post_assessments
set enable_bitmapscan = off
as $$
declare
    first_slip bigint := (select last_value + is_called::int from ledger.payment_slip_id_seq);
    stale      bigint[];
    changed    bigint[];
begin
    perform from ledger.payment_slip s where s.assessment_id = any (assessments) order by s.id for update;
    perform from ledger.slip_notice n join ledger.payment_slip s on s.id = n.slip_id
     where s.assessment_id = any (assessments) and n.state = 'queued' order by n.id for update of n;
    -- File 17 may have taken a slip between the check and these locks: then the whole thing is tried again and held.
    if exists (select from ledger.slip_notice n join ledger.payment_slip s on s.id = n.slip_id
                where s.assessment_id = any (assessments) and n.state = 'queued' and ledger.slip_notice_is_claimed(n.id)) then
        raise exception 'a slip went into a file of eLTAX while its assessment was being changed' using errcode = '40001';
    end if;

    -- A slip that eLTAX has and the payer has not (発送 is still to come) is changed under its key. Paper cannot be changed: from its
    -- posting day on the slip ends, and another is issued under a new key (eltax 17-R12).
    select array_agg(x.id order by x.id),
           array_agg(x.id order by x.id) filter (where x.state = 'uploaded' and r.unpaid > 0 and today < ledger.slip_posting_day(x.issued_on))
      into stale, changed
      from ledger.payment_slip x left join ledger.receivable r on r.id = x.assessment_id
     where x.assessment_id = any (assessments) and x.state in ('queued', 'uploaded')
       and (r.id is null or r.unpaid <> x.amount or r.due_on <> x.due_on);
    if changed is not null then
        perform ledger.change_slips(changed, batch);
    end if;
    -- A slip ends; eLTAX is told if it had been told of it, and of nothing else that it waits to be told.
    with ended as (
        update ledger.payment_slip s
           set state = 'void', void_reason = case when exists (select from ledger.receivable r
                                                                where r.id = s.assessment_id and r.unpaid <= 0 and r.received + r.written_off > 0)
                                                  then '未収なし' else '調定変更' end
         where s.id = any (stale) and s.id <> all (coalesce(changed, '{}'))
        returning s.id
    ), withdrawn as (
        update ledger.slip_notice n set state = 'withdrawn' from ended where n.slip_id = ended.id and n.state = 'queued'
    )
    insert into ledger.slip_notice (slip_id, action, batch_id)
    select ended.id, '3', batch
      from ended
     where exists (select from ledger.slip_notice n where n.slip_id = ended.id and n.action = '1' and n.state = 'uploaded');

    insert into ledger.payment_slip (assessment_id, issue, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
        amount, amount_main, due_on, pay_limit_on, issued_on, batch_id)
    select r.id, n.issue, g.agency_code, g.office_code, ledger.eltax_item(r.fund, r.budget_line, r.assessed_on),
           ledger.el_case_key(g.key_prefix, r.fiscal_year, r.id, 1, n.issue), ledger.random_digits(),
           r.fiscal_year, r.fiscal_year, r.unpaid, r.unpaid, r.due_on, r.due_on + g.limit_days, today, batch
      from ledger.receivable r
     cross join ledger.eltax_agency g
     cross join lateral (select coalesce(max(s.issue), 0) + 1 as issue from ledger.payment_slip s where s.assessment_id = r.id) n
     where r.id = any (assessments) and r.method = '4' and r.unpaid > 0
       and not exists (select from ledger.payment_slip s
                        where s.assessment_id = r.id and s.state in ('queued', 'uploaded', 'provisional'));

    insert into ledger.slip_notice (slip_id, action, batch_id)
    select s.id, '1', batch from ledger.payment_slip s
     where s.id >= first_slip and s.assessment_id = any (assessments) and s.state = 'queued'
       and not exists (select from ledger.slip_notice n where n.slip_id = s.id);
end $$;
comment on function ledger.refresh_slips(bigint[], bigint, date) is 'Makes the live slips of these assessments say what is owed now: changes those the payer does not have yet, ends the others, issues new ones under new keys.';

create function ledger.refresh_slips(assessments bigint[], batch bigint) returns void
language plpgsql as $$
begin
    perform ledger.refresh_slips(assessments, batch, (select business_date from pg_temp.batch));
end $$;
comment on function ledger.refresh_slips(bigint[], bigint) is 'The same on the day the batch at hand is posted.';

create function ledger.reissue_slips(slips text[], limit_on date, today date, who text)
returns table (old_no text, new_no text, new_key text, amount bigint)
language plpgsql
set jit = off
as $$
#variable_conflict use_column
declare
    bad record;
begin
    create temp table reissue on commit drop as
    select w.wanted, s.id, s.assessment_id
      from (select distinct x as wanted from unnest(slips) x) w
      left join ledger.payment_slip s
        on s.case_key = w.wanted
        or w.wanted ~ '^[0-9]{13}-[0-9]{2}$' and s.assessment_id = substr(w.wanted, 5, 9)::bigint
           and ledger.slip_no(s.levy_year, s.assessment_id, s.issue) = w.wanted;
    perform from ledger.assessment a where a.id in (select r.assessment_id from reissue r) order by a.id for update;
    perform from ledger.payment_slip s where s.id in (select r.id from reissue r) order by s.id for update;
    perform from ledger.slip_notice n where n.slip_id in (select r.id from reissue r) and n.state = 'queued' order by n.id for update;

    select r.wanted, case when s.id is null then 'there is no such slip'
                          when s.state not in ('queued', 'uploaded') then 'it is ' || s.state
                          when coalesce(v.unpaid, 0) <= 0 then 'nothing is unpaid'
                          when limit_on < today or limit_on < v.due_on then 'the new limit ' || limit_on || ' is past or before the due date ' || v.due_on
                          when exists (select from ledger.slip_notice n where n.slip_id = s.id and n.state = 'queued' and ledger.slip_notice_is_claimed(n.id))
                          then 'it is in a file for eLTAX that is not released' end as why
      into bad
      from reissue r
      left join ledger.payment_slip s on s.id = r.id
      left join ledger.receivable v on v.id = s.assessment_id
     where s.id is null or s.state not in ('queued', 'uploaded') or coalesce(v.unpaid, 0) <= 0 or limit_on < today or limit_on < v.due_on
        or exists (select from ledger.slip_notice n where n.slip_id = s.id and n.state = 'queued' and ledger.slip_notice_is_claimed(n.id))
     order by r.wanted limit 1;
    if found then
        raise exception 'slip % cannot be issued anew: %', bad.wanted, bad.why
            using errcode = 'RK020', hint = 'none of the slips was changed';
    end if;

    update ledger.payment_slip s set state = 'void', void_reason = '再発行' where s.id in (select r.id from reissue r);
    update ledger.slip_notice n set state = 'withdrawn' where n.slip_id in (select r.id from reissue r) and n.state = 'queued';
    insert into ledger.slip_notice (slip_id, action)
    select distinct r.id, '3' from reissue r
     where exists (select from ledger.slip_notice n where n.slip_id = r.id and n.action = '1' and n.state = 'uploaded');

    return query
    with issued as (
        insert into ledger.payment_slip (assessment_id, split, issue, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
            period, amount, amount_main, due_on, pay_limit_on, issued_on)
        select s.assessment_id, s.split, n.issue, s.agency_code, s.office_code, s.fee_item,
               ledger.el_case_key(g.key_prefix, s.levy_year, s.assessment_id, s.split, n.issue), ledger.random_digits(), s.levy_year, s.tax_year,
               s.period, v.unpaid, v.unpaid, v.due_on, limit_on, today
          from ledger.payment_slip s
          join ledger.receivable v on v.id = s.assessment_id
         cross join ledger.eltax_agency g
         cross join lateral (select max(x.issue) + 1 as issue from ledger.payment_slip x where x.assessment_id = s.assessment_id) n
         where s.id in (select r.id from reissue r)
        returning *
    ), told as (
        insert into ledger.slip_notice (slip_id, action) select i.id, '1' from issued i order by i.id
    ), renewed as (
        select ledger.slip_no(s.levy_year, s.assessment_id, s.issue) as old_no, ledger.slip_no(i.levy_year, i.assessment_id, i.issue) as new_no,
               i.case_key as new_key, i.amount
          from issued i join ledger.payment_slip s on s.id in (select r.id from reissue r) and (s.assessment_id, s.split) = (i.assessment_id, i.split)
    ), noted as (
        insert into audit.event (actor, action, object, object_id, before, after)
        select who, 'payment_slip.reissue', 'payment_slip', w.new_no, jsonb_build_object('slip_no', w.old_no),
               jsonb_build_object('slip_no', w.new_no, 'case_key', w.new_key, 'amount', w.amount, 'pay_limit_on', limit_on)
          from renewed w
    )
    select w.old_no, w.new_no, w.new_key, w.amount from renewed w order by w.old_no;
    drop table reissue;
end $$;
comment on function ledger.reissue_slips is 'Issues slips anew under new keys with a later 支払期限 (17-R5), by 案件特定キー or 納入通知書番号; the 納期限 stays what the assessment says. All or none.';

-- ── Assessments: cancel ─────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.assessment_blockers(batch bigint)
returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql volatile as $$
#variable_conflict use_column
begin
    -- Locked before looking: a receipt that is being posted for one of them has that lock, and is seen once it is committed.
    perform from ledger.assessment o
     where o.id in (select coalesce(a.origin_id, a.id) from ledger.assessments_of(assessment_blockers.batch) a
                     where a.cancelled_at is null)
     order by o.id for update;
    return query
    select a.line, 'receipt', r.id, 'REVENUE_BLOCKED_BY_RECEIPT', jsonb_build_object('value', r.amount, 'paid_on', r.paid_on)
      from ledger.assessments_of(assessment_blockers.batch) a join ledger.receipt r on r.assessment_id = coalesce(a.origin_id, a.id) and r.cancelled_at is null
     where a.cancelled_at is null
    union all
    select a.line, 'assessment', c.id, 'REVENUE_BLOCKED_BY_CHANGE', jsonb_build_object('value', c.source_key, 'batch', c.batch_id)
      from ledger.assessments_of(assessment_blockers.batch) a join ledger.assessment c on c.origin_id = coalesce(a.origin_id, a.id) and c.id > a.id
     where a.cancelled_at is null
       and c.batch_id <> assessment_blockers.batch and c.cancelled_at is null
    union all
    select a.line, 'payment_slip', s.id, 'REVENUE_BLOCKED_BY_SLIP', jsonb_build_object('value', s.case_key, 'state', s.state)
      from ledger.assessments_of(assessment_blockers.batch) a
      join ledger.payment_slip s on s.assessment_id = coalesce(a.origin_id, a.id)
     where a.cancelled_at is null
       and (s.state in ('uploaded', 'provisional', 'final')
            or exists (select from ledger.slip_notice n where n.slip_id = s.id
                          and (n.state = 'uploaded' or n.state = 'queued' and ledger.slip_notice_is_claimed(n.id))));
end $$;
comment on function ledger.assessment_blockers is 'blockers.sql of 12 and 13: what was built on the batch, so that it cannot be cancelled.';

create function ledger.cancel_assessments(batch bigint) returns void
language plpgsql as $$
declare
    touched bigint[];
begin
    with gone as (
        update ledger.assessment a set cancelled_at = clock_timestamp()
          from ledger.assessment_range r
         where r.batch_id = batch and a.id between r.first_id and r.last_id and a.batch_id = batch and a.cancelled_at is null
        returning coalesce(a.origin_id, a.id) as id
    )
    select array_agg(distinct id) into touched from gone;
    perform ledger.refresh_slips(touched, batch);
end $$;
comment on function ledger.cancel_assessments is 'cancel.sql of 12 and 13: frees the natural keys and ends or renews the slips. The journal is reversed by the consumer.';

-- ── Receipts: book, cancel ──────────────────────────────────────────────────────────────────────────────────────────

create function ledger.begin_receipts() returns void
language plpgsql as $$
begin
    if to_regclass('pg_temp.incoming_receipt') is not null then
        drop table pg_temp.incoming_receipt;
    end if;
    create temp table incoming_receipt (
        line          bigint not null,
        assessment_id bigint,
        slip_id       bigint,
        notice_id     bigint,
        channel       text   not null,
        paid_on       date   not null,
        booked_on     date   not null,
        amount        bigint not null,
        cause         text,
        fiscal_year   int,
        fund          text,
        organization  text,
        memo          text
    ) on commit drop;
end $$;
comment on function ledger.begin_receipts is 'Makes the temp table that book_receipts() reads; cause set: the money goes to 収入未整理. booked_on: 収入日, moved to today when its year is closed. fiscal_year, fund, organization, memo: what the bank says of money whose receivable is not known.';

create function ledger.receipt_year(stated int, booked_on date, today date) returns int
language sql immutable parallel safe as $$
    select case when ledger.fiscal_year_takes(stated, booked_on, today) then stated else ledger.fiscal_year(booked_on) end
$$;
comment on function ledger.receipt_year is '会計年度 of money that clears nothing: the year the bank booked it in, while that takes the day, else the year of the day.';

create function ledger.book_receipts() returns void
language plpgsql
set jit = off
set enable_seqscan = off -- as in post_assessments
set enable_bitmapscan = off
as $$
declare
    batch         bigint := (select id from pg_temp.batch);
    today         date   := (select business_date from pg_temp.batch);
    first_receipt bigint := (select last_value + is_called::int from ledger.receipt_id_seq);
begin
    -- A closed year takes no money any more: it is booked today, and what was owed in that year goes to 収入未整理, unless the
    -- receivable was carried over (滞納繰越).
    update pg_temp.incoming_receipt i set booked_on = ledger.booking_day(i.booked_on, today)
     where i.booked_on <> ledger.booking_day(i.booked_on, today);
    -- Two files may bring money for one receivable at once: the second waits here and then sees what the first has cleared.
    perform from ledger.assessment a
     where a.id in (select i.assessment_id from pg_temp.incoming_receipt i) order by a.id for update;

    update pg_temp.incoming_receipt i set cause = 'year closed'
      from ledger.assessment a
     where a.id = i.assessment_id and i.cause is null
       and not ledger.fiscal_year_takes(ledger.books_year(a.id, a.fiscal_year), i.booked_on, today);

    insert into ledger.receipt (assessment_id, slip_id, notice_id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated, batch_id, line)
    select i.assessment_id, i.slip_id, i.notice_id, i.channel, i.paid_on, i.booked_on, i.amount, c.cleared,
           case when i.known then i.amount - c.cleared else 0 end, case when i.known then 0 else i.amount end, batch, i.line
      from (select x.*, x.assessment_id is not null and x.cause is null as known, coalesce(r.unpaid, 0) as unpaid,
                   -- what the earlier lines of this file for the same receivable have taken of it
                   coalesce(sum(x.amount) filter (where x.cause is null)
                            over (partition by x.assessment_id order by x.line rows between unbounded preceding and 1 preceding), 0) as before
              from pg_temp.incoming_receipt x
              left join ledger.receivable r on r.id = x.assessment_id) i
     cross join lateral (select case when i.known then greatest(0, least(i.amount, i.unpaid - i.before)) else 0 end as cleared) c
     order by i.line;

    insert into ledger.overpayment (receipt_id, assessment_id, amount, batch_id, line)
    select r.id, r.assessment_id, r.overpaid, r.batch_id, r.line
      from ledger.receipt r where r.id >= first_receipt and r.batch_id = batch and r.overpaid > 0 order by r.id;

    insert into ledger.unallocated_receipt (receipt_id, amount, cause, batch_id, line)
    select r.id, r.unallocated, coalesce(i.cause, 'no receivable'), r.batch_id, r.line
      from ledger.receipt r join pg_temp.incoming_receipt i on i.line = r.line
     where r.id >= first_receipt and r.batch_id = batch and r.unallocated > 0 order by r.id;

    -- The sections are told of all the money that came, also of what nobody owed (二重納付).
    perform ledger.begin_clearings();
    insert into pg_temp.incoming_clearing (assessment_id, kind, paid_on, booked_on, channel, amount, excess, receipt_id, slip_id, batch_id, line)
    select n.assessment_id, '1', n.paid_on, n.booked_on, n.channel, n.cleared + n.overpaid, n.overpaid, n.id, n.slip_id, batch, n.line
      from ledger.receipt n
     where n.id >= first_receipt and n.batch_id = batch and n.cleared + n.overpaid > 0
     order by n.id;
    perform ledger.add_clearings();

    insert into pg_temp.journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
    select r.line, v.event, coalesce(case when v.event = 'RECEIPT' then coalesce(k.fiscal_year, a.fiscal_year) end,
                                     ledger.receipt_year(i.fiscal_year, r.booked_on, today)), r.booked_on,
           coalesce(a.fund, i.fund, '01'), case when v.event = 'RECEIPT' then coalesce(k.budget_line, a.budget_line) end, coalesce(a.organization, i.organization), v.amount,
           v.memo, 'receipt', r.id
      from ledger.receipt r
      join pg_temp.incoming_receipt i on i.line = r.line
      left join ledger.assessment a on a.id = r.assessment_id
      left join lateral (select x.fiscal_year, x.budget_line from ledger.carried_receivable x where x.assessment_id = a.id order by x.fiscal_year desc limit 1) k on true
     cross join lateral (values
        ('RECEIPT', r.cleared, '消込 ' || ledger.assessment_no(a.fiscal_year, a.id)),
        ('OVERPAYMENT', r.overpaid, '過誤納 ' || ledger.assessment_no(a.fiscal_year, a.id)),
        ('UNALLOCATED', r.unallocated, concat_ws(' ', '収入未整理', i.memo))) v (event, amount, memo)
     where r.id >= first_receipt and r.batch_id = batch and v.amount > 0;
end $$;
comment on function ledger.book_receipts is 'Books the temp table incoming_receipt: what is owed is cleared, more is an overpayment, what nobody owes is 収入未整理. Used by 18 and 11.';

create function ledger.receipt_blockers(batch bigint)
returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql volatile as $$
#variable_conflict use_column
begin
    -- Locked before looking, in the order of every posting: receivables, then what became of their money.
    perform from ledger.assessment a
     where a.id in (select r.assessment_id from ledger.receipt r where r.batch_id = receipt_blockers.batch) order by a.id for update;
    perform from ledger.overpayment o where o.batch_id = receipt_blockers.batch order by o.id for update;
    perform from ledger.unallocated_receipt u where u.batch_id = receipt_blockers.batch order by u.id for update;
    return query
    select o.line, 'overpayment', o.id, 'REVENUE_BLOCKED_BY_REFUND', jsonb_build_object('value', o.amount, 'state', o.state)
      from ledger.overpayment o where o.batch_id = receipt_blockers.batch and o.state in ('refunded', 'appropriated')
    union all
    select u.line, 'unallocated_receipt', u.id, 'REVENUE_BLOCKED_BY_ALLOCATION', jsonb_build_object('value', u.amount, 'state', u.state)
      from ledger.unallocated_receipt u where u.batch_id = receipt_blockers.batch and u.state in ('allocated', 'refunded')
    union all
    -- Without this confirmation the slip would be payable again, while a newer one for the same receivable already is.
    select r.line, 'payment_slip', l.id, 'REVENUE_BLOCKED_BY_NEW_SLIP', jsonb_build_object('value', l.case_key, 'old', s.case_key)
      from ledger.receipt r
      join ledger.payment_slip s on s.id = r.slip_id and s.state = 'final'
      join ledger.payment_slip l on (l.assessment_id, l.split) = (s.assessment_id, s.split) and l.id <> s.id
                                and l.state in ('queued', 'uploaded', 'provisional')
     where r.batch_id = receipt_blockers.batch and r.cancelled_at is null
       and not exists (select from ledger.payment_notice n
                        where n.slip_id = s.id and n.kind = '02' and n.cancelled_at is null and n.batch_id <> receipt_blockers.batch);
end $$;
comment on function ledger.receipt_blockers is 'What became of the money of a batch, so that it cannot be cancelled.';

create function ledger.cancel_receipts(batch bigint) returns void
language plpgsql as $$
begin
    perform from ledger.assessment a
     where a.id in (select r.assessment_id from ledger.receipt r where r.batch_id = batch) order by a.id for update;

    update ledger.overpayment set state = 'cancelled' where batch_id = batch and state = 'open';
    update ledger.unallocated_receipt set state = 'cancelled' where batch_id = batch and state = 'open';

    -- A clearing is never taken out: a second event (取消) takes it back, and the sections are told both.
    perform ledger.begin_clearings();
    insert into pg_temp.incoming_clearing (assessment_id, kind, paid_on, booked_on, channel, amount, excess, receipt_id, slip_id, batch_id, line)
    select k.assessment_id, '2', k.paid_on, k.booked_on, k.channel, -k.amount, -k.excess, k.receipt_id, k.slip_id, batch, k.line
      from ledger.clearing k
      join ledger.receipt r on r.id = k.receipt_id and r.batch_id = batch and r.cancelled_at is null
     where k.kind = '1'
       -- A receipt that was taken back and given again has two of them; the last one is the one that stands.
       and not exists (select from ledger.clearing x where x.assessment_id = k.assessment_id and x.receipt_id = k.receipt_id and x.id > k.id)
     order by k.id;
    perform ledger.add_clearings();

    update ledger.receipt set cancelled_at = clock_timestamp() where batch_id = batch and cancelled_at is null;
end $$;
comment on function ledger.cancel_receipts is 'Takes back the receipts and clearings of a batch. The journal is reversed by the consumer.';

create function ledger.close_provisional(batch bigint) returns void
language plpgsql
set jit = off
as $$
begin
    -- From the surest sign to the weakest: the same transaction; the same amount (and day); whatever is open for the slip. Each
    -- 確報 or 取消 ends one 速報, never more: of a slip paid twice the other payment is still to be confirmed.
    for pass in 1 .. 3 loop
        with ending as (
            select n.id, n.slip_id, n.kind, k.key, row_number() over (partition by n.slip_id, n.kind, k.key order by n.id) as nth
              from ledger.payment_notice n
             cross join lateral (select (case n.kind
                    when '02' then array[n.transaction, n.amount || ' ' || n.paid_on, 'any']
                    else array[n.origin_no || ' ' || n.amount, case when n.origin_no is null then n.amount::text end, null] end)[pass] as key) k
             where n.batch_id = batch and n.kind in ('02', '03') and n.slip_id is not null and n.cancelled_at is null and k.key is not null
               and not exists (select from ledger.payment_notice o where o.closed_by = n.id)
        ), open as (
            select o.id, o.slip_id, e.kind, k.key, row_number() over (partition by o.slip_id, e.kind, k.key order by o.id) as nth
              from (select distinct x.slip_id, x.kind from ending x) e
              join ledger.payment_notice o on o.slip_id = e.slip_id and o.kind = '01' and o.closed_by is null and o.cancelled_at is null
             cross join lateral (select (case e.kind
                    when '02' then array[o.transaction, o.amount || ' ' || o.paid_on, 'any']
                    else array[o.transaction_no || ' ' || o.amount, o.amount::text, null] end)[pass] as key) k
             where k.key is not null
        )
        update ledger.payment_notice o
           set closed_by = e.id
          from open p join ending e on (e.slip_id, e.kind, e.key, e.nth) = (p.slip_id, p.kind, p.key, p.nth)
         where o.id = p.id;
    end loop;
end $$;
comment on function ledger.close_provisional is 'A 確報 or a confirmed 取消 of the batch ends the 速報 it belongs to.';

create function ledger.settle_slips(slips bigint[]) returns void
language sql as $$
    update ledger.payment_slip s
       set state = n.state
      from (select x.id,
                   case when exists (select from ledger.payment_notice p where p.slip_id = x.id and p.kind = '02' and p.cancelled_at is null)
                            then 'final'
                        when exists (select from ledger.payment_notice p
                                      where p.slip_id = x.id and p.kind = '01' and p.closed_by is null and p.cancelled_at is null)
                            then 'provisional'
                        when exists (select from ledger.slip_notice p where p.slip_id = x.id and p.action = '1' and p.state = 'uploaded')
                            then 'uploaded'
                        else 'queued' end as state
              from ledger.payment_slip x where x.id = any (slips) and x.state <> 'void') n
     where s.id = n.id and s.state <> n.state;
    -- 17-R9: what is paid is not sent any more; when the confirmation is cancelled it waits again.
    update ledger.slip_notice n
       set state = 'withdrawn'
      from ledger.payment_slip s
     where s.id = any (slips) and s.state = 'final' and n.slip_id = s.id and n.action = '1' and n.state = 'queued'
       and not ledger.slip_notice_is_claimed(n.id);
    update ledger.slip_notice n
       set state = 'queued'
      from ledger.payment_slip s
     where s.id = any (slips) and s.state = 'queued' and n.slip_id = s.id and n.action = '1' and n.state = 'withdrawn';
$$;
comment on function ledger.settle_slips is 'State of slips as their notices say: final, provisional, uploaded or queued; void stays void. What is paid need not be sent.';

create function ledger.refresh_void_slips(batch bigint) returns void
language plpgsql as $$
declare
    assessments bigint[];
begin
    select array_agg(distinct s.assessment_id) into assessments
      from ledger.payment_notice n
      join ledger.payment_slip s on s.id = n.slip_id and s.state = 'void'
      join ledger.assessment a on a.id = s.assessment_id and a.method = '4'
     where n.batch_id = refresh_void_slips.batch and n.kind = '02';
    if assessments is not null then
        perform ledger.refresh_slips(assessments, batch);
    end if;
end $$;
comment on function ledger.refresh_void_slips is 'The slips in force of receivables that a cancelled slip has paid by this batch, or ceased to pay.';

create function ledger.slip_end_told(slip bigint) returns text
language sql stable as $$
    select coalesce((select case n.state when 'uploaded' then 'slip_end_told' else 'slip_end_waits' end
                       from ledger.slip_notice n where n.slip_id = slip and n.action = '3' and n.state <> 'withdrawn' order by n.id desc limit 1), 'slip_end_unsaid')
$$;
comment on function ledger.slip_end_told is 'Whether eLTAX knows that a slip ended (a term of the catalogue): told, waiting to be told, or never told because it never had the slip.';
