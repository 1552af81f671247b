-- Rules 18-F1, F3 and R1–R12 (eltax §10). Record order, lengths and control totals (18-F2) of a file are the layout's.
--
-- Two sorts of holds. A question (unknown slip, double payment, other amount …) is answered by posting the held line: then it
-- is in `answered`, and the rule only warns. A condition (a 速報取消 without its 速報 …) is asked again each time and holds
-- until it is no longer so.
with mine as (
    select b.id, b.topic, b.again, b.business_date, b.file, g.agency_code, g.local_body_code, g.credit_missing
      from batch b cross join ledger.eltax_agency g
), head as (
    select h.*, h.agency = m.agency_code and h.local_body = m.local_body_code as ours,
           exists (select from ledger.payment_file f
                    where f.made_on = h.made_on and f.file_no = h.file_no and f.cancelled_at is null and f.batch_id <> m.id) as repeated,
           h.file_no > '001' and not exists (select from ledger.payment_file f
                    where f.made_on = h.made_on and f.file_no = to_char(h.file_no::int - 1, 'FM000') and f.cancelled_at is null) as gap,
           regexp_match(m.file, '^NFJ_([0-9]{6})_([0-9]{8})_([0-9]{3})\.[A-Za-z]+$') as named
      from staged_header h cross join mine m
), file_fault as (
    select h.line, v.verdict, v.code, v.field, v.detail
      from head h
     cross join mine m
     cross join lateral (values
        (not h.ours, h.line, 'reject', 'EL18_F1_AGENCY', 'agency', jsonb_build_object('value', h.agency, 'expected', m.agency_code)),
        (h.named is null, h.line, 'reject', 'EL18_F1_NAME', null, jsonb_build_object('value', m.file)),
        (h.named <> array[h.local_body, to_char(h.made_on, 'YYYYMMDD'), h.file_no], h.line, 'reject', 'EL18_F1_NAME_DIFFERS', 'file_no',
            jsonb_build_object('value', m.file, 'made_on', h.made_on, 'file_no', h.file_no)),
        (h.repeated, null, 'hold', 'EL18_F3_REPEATED', 'file_no', jsonb_build_object('value', h.file_no, 'made_on', h.made_on)),
        (h.gap, null, 'hold', 'EL18_F3_GAP', 'file_no', jsonb_build_object('value', h.file_no, 'made_on', h.made_on))
     ) v (hit, line, verdict, code, field, detail)
     where v.hit
    union all
    -- Records that come without their file have no number, no totals and no 払込集計: nothing says that they are all.
    select null, 'reject', 'EL18_F1_HEADER', null, jsonb_build_object('value', m.file)
      from mine m
     where not m.again
       and not exists (select from staged_header h cross join staged_trailer t
                        where (t.count, t.sum) = (select count(*), coalesce(sum(p.amount), 0) from staged_payment p))
), file_verdict as (
    select case when f.verdict = 'hold' then null else f.line end as line,
           -- A person who lets a held file go on has seen why it was held.
           case when f.verdict = 'hold' and exists (select from answered a where a.line is null and a.code = f.code)
                then 'warn' else f.verdict end as verdict, f.code, f.field, f.detail
      from file_fault f
), pay as materialized (
    select p.*, k.id as key_id, s.id as slip_id, s.state, s.amount as slip_amount, s.pay_limit_on, ledger.books_year(a.id, a.fiscal_year) as fiscal_year, s.assessment_id,
           ledger.booking_day(p.fund_on, m.business_date) as book_on,
           row_number() over (partition by p.tx, p.kind order by p.line) as nth_of_tx,
           row_number() over (partition by p.tx, p.kind, p.case_key, p.confirmation_no, p.amount, p.paid_on order by p.line) as nth_alike
      from (select x.*, ledger.el_transaction(x.tx_center, x.tx_date, x.tx_no) as tx from staged_payment x) p
     cross join mine m
      left join ledger.payment_slip k on k.case_key = p.case_key
      left join ledger.payment_slip s
        on s.id = k.id and (k.confirmation_no, k.fee_item, k.agency_code) = (p.confirmation_no, p.fee_item, p.agency)
      left join ledger.assessment a on a.id = s.assessment_id
), known as materialized (
    -- 18-R3: the same notice again, in an earlier file or earlier in this one; and a 速報 that comes after its 確報. A number
    -- alone proves nothing: what it is about must be the same, too.
    select p.line, p.tx, p.case_key
      from pay p
     where exists (select from ledger.payment_notice n
                    where n.transaction = p.tx and n.kind = p.kind and n.cancelled_at is null
                      and (n.case_key, n.confirmation_no, n.amount, n.paid_on) = (p.case_key, p.confirmation_no, p.amount, p.paid_on))
        or p.tx is null and exists (
               select from ledger.payment_notice n
                where n.case_key = p.case_key and n.transaction is null and n.kind = p.kind and n.cancelled_at is null
                  and (n.confirmation_no, n.amount, n.paid_on, n.channel) = (p.confirmation_no, p.amount, p.paid_on, p.channel)
                  and n.paid_at is not distinct from p.paid_at)
        or p.kind = '01' and exists (
               select from ledger.payment_notice n
                where n.case_key = p.case_key and n.kind = '02' and n.cancelled_at is null
                  and (n.confirmation_no, n.amount, n.paid_on) = (p.confirmation_no, p.amount, p.paid_on)
                  and (n.transaction = p.tx or n.transaction is null or p.tx is null))
        or p.tx is not null and p.nth_alike > 1
), fresh as materialized (
    select p.*, row_number() over (partition by p.slip_id, p.kind order by p.line) as nth,
           -- what earlier lines of this file bring for the same receivable
           coalesce(sum(p.amount) filter (where p.kind = '02')
                    over (partition by p.assessment_id order by p.line rows between unbounded preceding and 1 preceding), 0) as before
      from pay p where not exists (select from known k where k.line = p.line)
), day as materialized (
    select f.fund_on, f.fee_item, count(*) as count, sum(f.amount)::bigint as yen
      from fresh f where f.kind = '02' group by f.fund_on, f.fee_item
), funds_differ as (
    -- 18-R10: the money of a day as the file sums it up must be the money of its lines.
    select f.line, f.fund_on, f.fee_item, f.sum, f.count, p.sum as found, p.count as found_count
      from staged_funds f
     cross join lateral (select count(*) as count, coalesce(sum(p.amount), 0) as sum from staged_payment p
                          where p.kind = '02' and p.fund_on = f.fund_on and p.fee_item = f.fee_item
                            and (f.channel is null or p.channel = f.channel) and (f.fund_no is null or p.fund_no = f.fund_no)) p
     where (f.count, f.sum) <> (p.count, p.sum)
), funds_fault as (
    -- The day waits: each line of it, or the 払込集計 itself when there is no line. Of held lines posted later only some are here,
    -- and no header: the sums were asked about when the file came.
    select coalesce(p.line, d.line) as line, 'EL18_R10_FUNDS' as code, case when p.line is null then 'sum' else 'fund_on' end as field,
           jsonb_build_object('value', d.sum, 'fund_on', d.fund_on, 'fee_item', d.fee_item, 'found', d.found, 'count', d.count,
               'found_count', d.found_count) as detail
      from funds_differ d
      left join fresh p on p.kind = '02' and (p.fund_on, p.fee_item) = (d.fund_on, d.fee_item)
     where exists (select from head)
    union all
    select p.line, 'EL18_R10_NO_FUNDS', 'fund_on', jsonb_build_object('value', p.fund_on, 'fee_item', p.fee_item)
      from fresh p
     where p.kind = '02' and exists (select from head) and exists (select from staged_funds)
       and not exists (select from staged_funds f
                        where f.fund_on = p.fund_on and f.fee_item = p.fee_item
                          and (f.channel is null or f.channel = p.channel) and (f.fund_no is null or f.fund_no = p.fund_no))
), side as materialized (
    -- … and the money of 払込通知 and of the bank. All that eLTAX has told of the day counts, posted or waiting, and counts
    -- once: a waiting copy of what is posted, or of what this file brings, is not told again.
    select d.fund_on, d.fee_item, k.kind, c.yen as credited, d.yen + n.yen + w.yen as told
      from day d
     cross join mine m
     cross join (values ('notice'), ('bank')) k (kind)
     cross join lateral (select sum(c.yen)::bigint as yen from ledger.fund_credit c
                          where (c.fund_on, c.fee_item, c.kind) = (d.fund_on, d.fee_item, k.kind)) c
     cross join lateral (select coalesce(sum(n.amount), 0)::bigint as yen from ledger.payment_notice n
                          where n.kind = '02' and n.cancelled_at is null and (n.fund_on, n.fee_item) = (d.fund_on, d.fee_item)) n
     cross join lateral (select coalesce(sum(r.yen), 0)::bigint as yen
                           from intake.batch b join intake.record_fields r on r.batch_id = b.id and r.kind = 'payment'
                          cross join lateral (
                              select r.fields ->> 'case_key' as case_key, r.fields ->> 'confirmation_no' as confirmation_no,
                                     (r.fields ->> 'paid_on')::date as paid_on,
                                     ledger.el_transaction(r.fields ->> 'tx_center', (r.fields ->> 'tx_date')::date, r.fields ->> 'tx_no')
                                         as transaction) told
                          where c.yen is not null and b.topic = m.topic and b.state = 'held'
                            and r.fields ->> 'kind' = '02' and (r.fields ->> 'fee_item', (r.fields ->> 'fund_on')::date) = (d.fee_item, d.fund_on)
                            and (b.held_whole and b.id <> m.id
                                 or exists (select from intake.finding x
                                             where x.batch_id = b.id and x.line = r.line and x.verdict = 'hold' and x.state = 'open'))
                            and not (b.id = m.id and r.line in (select s.line from staged_payment s))
                            and not exists (select from ledger.payment_notice n
                                             where n.kind = '02' and n.cancelled_at is null and n.transaction = told.transaction
                                               and (n.case_key, n.confirmation_no, n.amount, n.paid_on) =
                                                   (told.case_key, told.confirmation_no, r.yen, told.paid_on))
                            and not exists (select from fresh f
                                             where f.kind = '02' and f.tx = told.transaction
                                               and (f.case_key, f.confirmation_no, f.amount, f.paid_on) =
                                                   (told.case_key, told.confirmation_no, r.yen, told.paid_on))) w
), uncredited as (
    select s.fund_on, s.fee_item, string_agg(s.kind, ', ' order by s.kind desc) as kind
      from side s where s.credited is null group by s.fund_on, s.fee_item
), open_notice as (
    -- 速報 that are still open, in the ledger and in this file
    select n.slip_id, n.amount, n.paid_on, n.transaction_no as tx_no
      from ledger.payment_notice n
     where n.kind = '01' and n.closed_by is null and n.cancelled_at is null and n.slip_id in (select f.slip_id from fresh f)
    union all
    select f.slip_id, f.amount, f.paid_on, f.tx_no from fresh f where f.kind = '01' and f.slip_id is not null
), opened as materialized (
    select p.line, bool_or(o.amount = p.amount
               and case p.kind when '03' then p.origin_tx_no is null or o.tx_no = p.origin_tx_no else o.paid_on = p.paid_on end) as matches
      from fresh p join open_notice o on o.slip_id = p.slip_id
     where p.kind in ('02', '03')
     group by p.line
), final as materialized (
    select f.slip_id, bool_or(f.booked) as booked
      from (select n.slip_id, true as booked from ledger.payment_notice n
             where n.kind = '02' and n.cancelled_at is null and n.slip_id in (select f.slip_id from fresh f)
            union all
            select f.slip_id, false from fresh f where f.kind = '02' and f.slip_id is not null) f
     group by f.slip_id
), line_fault as (
    select p.line, v.verdict, v.asks, v.code, v.field, v.detail
      from fresh p
     cross join mine m
      left join head h on true
      left join opened o on o.line = p.line
      left join final f on f.slip_id = p.slip_id
      left join ledger.receivable r on p.kind = '02' and r.id = p.assessment_id
     cross join lateral (select
        exists (select from ledger.eltax_fee_item i where i.code = p.fee_item and p.paid_on between i.valid_from and i.valid_to) as item_known,
        p.tx is not null and (p.nth_of_tx > 1 or exists (
            select from ledger.payment_notice n where n.transaction = p.tx and n.kind = p.kind and n.cancelled_at is null)) as tx_used,
        o.line is not null as open_exists, coalesce(o.matches, false) as open_matches,
        f.slip_id is not null as final_exists, coalesce(f.booked, false) or p.nth > 1 as paid_before
     ) x
     cross join lateral (values
        (not x.item_known, 'hold', true, 'EL18_R9_FEE_ITEM', 'fee_item', jsonb_build_object('value', p.fee_item, 'case_key', p.case_key)),
        (x.item_known and p.key_id is null, 'hold', p.kind <> '03', 'EL18_R1_UNKNOWN_SLIP', 'case_key', jsonb_build_object('value', p.case_key)),
        (x.item_known and p.key_id is not null and p.slip_id is null, 'hold', p.kind <> '03', 'EL18_R1_KEY_DIFFERS', 'confirmation_no',
            jsonb_build_object('value', p.confirmation_no, 'case_key', p.case_key)),
        (p.kind <> '03' and p.amount <> p.slip_amount, 'hold', true, 'EL18_R2_AMOUNT', 'amount',
            jsonb_build_object('value', p.amount, 'expected', p.slip_amount)),
        (x.tx_used, 'hold', true, 'EL18_R3_OTHER_CONTENT', 'tx_no', jsonb_build_object('value', p.tx, 'case_key', p.case_key, 'amount', p.amount)),
        (p.slip_id is not null and p.kind = '02' and x.paid_before, 'hold', true, 'EL18_R4_DOUBLE_PAYMENT', 'case_key',
            jsonb_build_object('value', p.case_key, 'amount', p.amount)),
        (p.kind = '02' and not x.paid_before and p.state <> 'void' and p.amount <= p.slip_amount and p.amount > r.unpaid - p.before,
            'hold', true, 'EL18_R4_RECEIVABLE_PAID', 'amount',
            jsonb_build_object('value', p.amount, 'case_key', p.case_key, 'unpaid', greatest(0, r.unpaid - p.before))),
        (p.slip_id is not null and p.kind = '01' and (p.state in ('provisional', 'final') or p.nth > 1), 'hold', true, 'EL18_R4_DOUBLE_PROVISIONAL', 'case_key',
            jsonb_build_object('value', p.case_key, 'amount', p.amount)),
        (p.slip_id is not null and p.kind = '03' and x.final_exists, 'hold', false, 'EL18_R5_AFTER_FINAL', 'case_key',
            jsonb_build_object('value', p.case_key)),
        (p.slip_id is not null and p.kind = '03' and not x.final_exists and not x.open_matches, 'hold', false, 'EL18_R5_NO_MATCH', 'origin_tx_no',
            jsonb_build_object('value', p.origin_tx_no, 'case_key', p.case_key)),
        (p.slip_id is not null and p.kind = '03' and not x.final_exists and x.open_matches, 'hold', true, 'EL18_R5_CONFIRM', 'case_key',
            jsonb_build_object('value', p.case_key, 'amount', p.amount)),
        (p.kind = '02' and x.open_exists and not x.open_matches, 'hold', true, 'EL18_R6_DIFFERS', 'paid_on',
            jsonb_build_object('value', p.paid_on, 'amount', p.amount)),
        (p.paid_on > p.fund_on or p.paid_on > h.base_on or h.base_on > h.made_on, 'hold', true, 'EL18_R7_DATES', 'paid_on',
            jsonb_build_object('value', p.paid_on, 'fund_on', p.fund_on, 'base_on', h.base_on, 'made_on', h.made_on)),
        (p.kind <> '03' and p.paid_on > p.pay_limit_on, 'warn', false, 'EL18_R8_AFTER_LIMIT', 'paid_on',
            jsonb_build_object('value', p.paid_on, 'limit', p.pay_limit_on)),
        (not exists (select from ledger.eltax_channel c where c.code = p.channel), 'warn', false, 'EL18_R9_CHANNEL', 'channel',
            jsonb_build_object('value', p.channel)),
        (p.kind <> '03' and p.state = 'void', 'hold', true, 'EL18_R11_VOID_SLIP', 'case_key',
            jsonb_build_object('value', p.case_key, 'told', ledger.slip_end_told(p.slip_id))),
        (p.kind = '02' and p.state = 'void' and exists (
            select from ledger.payment_slip l join ledger.slip_notice q on q.slip_id = l.id and q.state = 'queued'
             where l.assessment_id = p.assessment_id and ledger.slip_notice_is_claimed(q.id)), 'hold', false, 'REVENUE_SLIP_IN_FILE', 'case_key',
            jsonb_build_object('value', p.case_key)),
        (p.kind = '02' and not ledger.fiscal_year_takes(p.fiscal_year, p.book_on, m.business_date),
            'hold', true, 'EL18_R12_YEAR', 'fund_on', jsonb_build_object('value', p.fund_on, 'fiscal_year', p.fiscal_year)),
        (p.kind <> '03' and p.state = 'queued', 'warn', false, 'EL18_NOT_UPLOADED', 'case_key', jsonb_build_object('value', p.case_key))
     ) v (hit, verdict, asks, code, field, detail)
     where v.hit
    union all
    select f.line, 'hold', true, f.code, f.field, f.detail from funds_fault f
    union all
    select p.line, 'hold', false, 'EL18_R10_BANK', 'fund_on',
           jsonb_build_object('value', s.credited, 'kind', s.kind, 'fund_on', s.fund_on, 'fee_item', s.fee_item, 'told', s.told)
      from side s join fresh p on p.kind = '02' and (p.fund_on, p.fee_item) = (s.fund_on, s.fee_item)
     where s.credited <> s.told
    union all
    select p.line, 'hold', false, 'EL18_R10_BANK_MISSING', 'fund_on', jsonb_build_object('value', u.fund_on, 'fee_item', u.fee_item, 'kind', u.kind)
      from uncredited u cross join mine m join fresh p on p.kind = '02' and (p.fund_on, p.fee_item) = (u.fund_on, u.fee_item)
     where m.credit_missing = 'hold'
), line_verdict as (
    select f.line,
           case when f.asks and exists (select from answered a where a.line = f.line and a.code = f.code) then 'warn' else f.verdict end as verdict,
           f.code, f.field, f.detail
      from line_fault f
    union all
    select k.line, 'skip', 'EL18_R3_KNOWN', case when k.tx is null then 'case_key' else 'tx_no' end,
           jsonb_build_object('value', coalesce(k.tx, k.case_key))
      from known k
    union all
    select null, 'warn', 'EL18_R10_BANK_MISSING', 'fund_on', jsonb_build_object('value', u.fund_on, 'fee_item', u.fee_item, 'kind', u.kind)
      from uncredited u cross join mine m
     where m.credit_missing = 'warn' and not m.again
)
select line, verdict, code, field, detail from file_verdict
union all
-- While the whole file waits its lines are not asked about, so that letting the file go on answers nothing about a line.
select line, verdict, code, field, detail from line_verdict
 where not exists (select from file_verdict f where f.line is null and f.verdict = 'hold')
