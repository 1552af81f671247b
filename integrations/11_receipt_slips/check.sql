-- 収入金票 and 日計票: is each slip right in itself, was it looked at, is it new, and does the day come to what the bank says?
--
-- The topic holds whole files: one difference stops the whole day. Where money is concerned that has arrived, a question about its
-- place in the ledger is a warning or can be answered; then it lies in 収入未整理 and is not lost.
with today as (
    select b.*, h.through as horizon, (select value::int from setting where key = 'confidence_min') as confidence_min
      from batch b cross join ledger.calendar_horizon h
), known as materialized (
    -- The natural key in the ledger; the same content is known, other content is refused.
    select s.line, k.id,
           (k.money_kind, k.fiscal_year, k.fund, k.organization, k.channel, k.paid_on, k.amount, k.items)
             = (s.money_kind, s.fiscal_year, s.fund, s.organization, s.channel, s.paid_on, s.amount, s.items)
           and (k.budget_line, k.assessment_no, k.notice_no, k.payer) is not distinct from (s.budget_line, s.assessment_no, s.notice_no, s.payer) as same
      from staged_slip s
      join ledger.receipt_slip k on (k.handled_on, k.bank_branch, k.slip_no, k.cancel) = (s.handled_on, s.bank_branch, s.slip_no, s.cancel)
                                and k.cancelled_at is null
), fresh as materialized (
    select s.* from staged_slip s where not exists (select from known k where k.line = s.line)
), place as materialized (
    -- Masters and days are judged once per distinct combination, not once per row.
    select handled_on, bank_branch, money_kind, fiscal_year, fund, budget_line, organization, cancel from fresh group by 1, 2, 3, 4, 5, 6, 7, 8
    union
    select handled_on, bank_branch, money_kind, fiscal_year, fund, null, null, null from staged_daily_total
), judged as (
    select p.*, d.business_date, d.horizon,
           p.handled_on > d.business_date as ahead, p.handled_on > d.horizon as beyond,
           case when p.handled_on <= least(d.business_date, d.horizon) then not ledger.is_business_day(p.handled_on, 'bank') end as closed_day,
           exists (select from ledger.branch_on(left(p.bank_branch, 4), right(p.bank_branch, 3), p.handled_on)) as branch_known,
           coalesce(ledger.fiscal_year_accepts(p.fiscal_year, p.handled_on), false) as year_fits,
           exists (select from ledger.fund f where f.code = p.fund) as fund_known,
           exists (select from ledger.budget_line l where (l.fiscal_year, l.fund, l.code) = (p.fiscal_year, p.fund, p.budget_line)
                      and l.side = case p.money_kind when '1' then 'revenue' else 'expenditure' end) as line_known,
           -- A slip printed before a reform names the organization of then; the one that follows it carries the money.
           ledger.organization_on(p.organization, p.handled_on) is not null as organization_known
      from place p cross join today d
), place_fault as materialized (
    select j.handled_on, j.bank_branch, j.money_kind, j.fiscal_year, j.fund, j.budget_line, j.organization, j.cancel, v.*
      from judged j
     cross join lateral (values
        (j.ahead, 'reject', 'SLIP_DAY_AHEAD', 'handled_on', jsonb_build_object('value', j.handled_on, 'today', j.business_date)),
        (j.beyond, 'hold', 'CALENDAR_BEYOND_HORIZON', 'handled_on', jsonb_build_object('date', j.handled_on, 'last', j.horizon)),
        (j.closed_day, 'reject', 'SLIP_NOT_BANK_DAY', 'handled_on', jsonb_build_object('value', j.handled_on)),
        (not j.branch_known, 'reject', 'SLIP_BRANCH_UNKNOWN', 'bank_branch', jsonb_build_object('value', j.bank_branch, 'day', j.handled_on)),
        (not j.year_fits, 'reject', 'SLIP_YEAR', 'fiscal_year', jsonb_build_object('value', j.fiscal_year, 'day', j.handled_on)),
        (not j.fund_known, 'reject', 'SLIP_FUND_UNKNOWN', 'fund', jsonb_build_object('value', j.fund)),
        (j.money_kind = '1' and j.budget_line is not null and not j.line_known, 'reject', 'REVENUE_LINE_UNKNOWN', 'budget_line',
            jsonb_build_object('value', j.budget_line, 'fiscal_year', j.fiscal_year, 'fund', j.fund)),
        (j.money_kind = '2' and j.budget_line is not null and not j.line_known, 'reject', 'SLIP_EXPENSE_LINE_UNKNOWN', 'budget_line',
            jsonb_build_object('value', j.budget_line, 'fiscal_year', j.fiscal_year, 'fund', j.fund)),
        (j.organization is not null and not j.organization_known, 'reject', 'REVENUE_ORGANIZATION_UNKNOWN', 'organization',
            jsonb_build_object('value', j.organization, 'day', j.handled_on)),
        -- The bank has the money in a year that is closed here. It is booked in the current one, as money to be settled; a person says so.
        (j.year_fits and j.cancel = '0' and j.money_kind <> '3' and not ledger.fiscal_year_takes(j.fiscal_year, j.handled_on, j.business_date), 'ask',
            'SLIP_YEAR_CLOSED', 'fiscal_year', jsonb_build_object('value', j.fiscal_year, 'today', j.business_date)),
        (j.year_fits and j.cancel = '1' and not ledger.fiscal_year_takes(j.fiscal_year, j.handled_on, j.business_date), 'hold',
            'SLIP_CANCEL_YEAR_CLOSED', 'fiscal_year', jsonb_build_object('value', j.fiscal_year, 'today', j.business_date))
     ) v (hit, verdict, code, field, detail)
     where v.hit
), line_fault as (
    select s.line, v.verdict, v.code, v.field, v.detail
      from fresh s
     cross join today d
     cross join lateral (values
        (s.paid_on > s.handled_on, 'reject', 'SLIP_PAID_LATER', 'paid_on', jsonb_build_object('value', s.paid_on, 'day', s.handled_on)),
        (s.cancel = '0' and s.amount <= 0 or s.cancel = '1' and s.amount >= 0, 'reject', 'SLIP_AMOUNT_SIGN', 'amount',
            jsonb_build_object('value', s.amount, 'cancel', s.cancel)),
        (s.confidence < d.confidence_min and s.verifier1 is null, 'reject', 'SLIP_UNVERIFIED', 'confidence',
            jsonb_build_object('value', s.confidence, 'min', d.confidence_min)),
        (s.corrected = '1' and num_nulls(s.verifier1, s.verifier2) > 0, 'reject', 'SLIP_RECHECK_MISSING',
            case when s.verifier1 is null then 'verifier1' else 'verifier2' end, jsonb_build_object('value', s.slip_no)),
        (export.same_person(s.verifier1, s.verifier2), 'reject', 'SLIP_RECHECK_SAME_PERSON', 'verifier2', jsonb_build_object('value', s.verifier2))
     ) v (hit, verdict, code, field, detail)
     where v.hit
    union all
    select f.line, 'reject', 'SLIP_PAGE_LINE_TWICE', 'page_line',
           jsonb_build_object('value', f.page_line, 'page', f.page, 'pdf', f.pdf, 'first_line', f.first_line)
      from (select s.*, min(s.line) over (partition by s.pdf, s.page, s.page_line) as first_line from staged_slip s) f
     where f.line <> f.first_line
    union all
    -- A page is read once. (Names repeat from year to year; where the scan itself is here, its hash tells.)
    select s.line, 'reject', 'SLIP_PAGE_USED', 'page', jsonb_build_object('value', s.page, 'pdf', s.pdf, 'batch', u.batch)
      from fresh s
     cross join today d
      left join evidence e on e.name = s.pdf
     cross join lateral (select max(x.batch_id) as batch
                           from (select k.batch_id from ledger.receipt_slip k
                                  where k.pdf_sha256 = e.sha256 and k.page = s.page and k.cancelled_at is null
                                 union all
                                 select k.batch_id from ledger.receipt_slip k
                                  where k.pdf = s.pdf and k.page = s.page and k.cancelled_at is null and (e.sha256 is null or k.pdf_sha256 is null)) x
                          where x.batch_id <> d.id) u
     where u.batch is not null
    union all
    select k.line, case when k.same then 'skip' else 'reject' end, case when k.same then 'SLIP_KNOWN' else 'SLIP_CHANGED' end, 'slip_no',
           jsonb_build_object('value', s.slip_no, 'day', s.handled_on, 'batch', r.batch_id)
      from known k join staged_slip s on s.line = k.line join ledger.receipt_slip r on r.id = k.id
), matched as materialized (
    select m.*, s.amount, s.assessment_no, s.notice_no, r.method,
           coalesce(sum(s.amount) over (partition by m.assessment_id order by m.line rows between unbounded preceding and 1 preceding), 0) as before
      from ledger.match_slips() m
      join fresh s on s.line = m.line
      left join ledger.receivable r on r.id = m.assessment_id
), match_fault as (
    select m.line, v.verdict, v.code, v.field, v.detail
      from matched m
     cross join lateral (values
        (m.cause = 'unknown number', 'warn', 'SLIP_NUMBER_UNKNOWN', case when m.assessment_no is null then 'notice_no' else 'assessment_no' end,
            jsonb_build_object('value', concat_ws(' / ', m.assessment_no, m.notice_no))),
        (m.cause = 'numbers disagree', 'ask', 'SLIP_NUMBERS_DISAGREE', 'notice_no', jsonb_build_object('value', m.notice_no, 'assessment_no', m.assessment_no)),
        (m.cause = 'booked under another line', 'ask', 'SLIP_LINE_DIFFERS', 'budget_line',
            jsonb_build_object('value', concat_ws(' / ', m.assessment_no, m.notice_no))),
        (m.cause = 'no expenditure line', 'warn', 'SLIP_RETURN_WITHOUT_LINE', 'budget_line', jsonb_build_object('value', m.amount)),
        (m.assessment_id is not null and m.amount > m.unpaid - m.before, 'warn', 'SLIP_ABOVE_UNPAID', 'amount',
            jsonb_build_object('value', m.amount, 'unpaid', greatest(0, m.unpaid - m.before))),
        (m.method = '4' and ledger.slip_is_in_file(m.assessment_id), 'hold', 'REVENUE_SLIP_IN_FILE', 'assessment_no',
            jsonb_build_object('value', concat_ws(' / ', m.assessment_no, m.notice_no)))
     ) v (hit, verdict, code, field, detail)
     where v.hit
), cancel_fault as (
    select c.line, v.verdict, v.code, v.field, v.detail
      from ledger.match_cancelling_slips() c
      join fresh s on s.line = c.line
      left join ledger.receipt_slip o on o.id = c.original_id
      left join ledger.overpayment p on p.receipt_id = o.receipt_id and p.state in ('refunded', 'appropriated')
      left join ledger.unallocated_receipt u on u.receipt_id = o.receipt_id and u.state in ('allocated', 'refunded')
      left join ledger.receipt t on t.id = o.receipt_id
      left join ledger.assessment a on a.id = t.assessment_id
     cross join lateral (values
        (s.amount < 0 and c.original_id is null and c.original_line is null, 'hold', 'SLIP_ORIGINAL_UNKNOWN', 'slip_no', jsonb_build_object('value', s.slip_no, 'amount', -s.amount)),
        (p.id is not null, 'hold', 'REVENUE_BLOCKED_BY_REFUND', 'slip_no', jsonb_build_object('value', p.amount, 'state', p.state)),
        (u.id is not null, 'hold', 'REVENUE_BLOCKED_BY_ALLOCATION', 'slip_no', jsonb_build_object('value', u.amount, 'state', u.state)),
        -- The receivable is to be paid again, and its eL-QR slip with it: eLTAX is just being told that it ended.
        (ledger.slip_is_in_file(a.id), 'hold', 'REVENUE_SLIP_IN_FILE', 'slip_no', jsonb_build_object('value', ledger.assessment_no(a.fiscal_year, a.id)))
     ) v (hit, verdict, code, field, detail)
     where v.hit
), day as materialized (
    select distinct handled_on, bank_branch from fresh
), found as (
    -- What the day comes to: the slips of the file, and those of other files that are posted.
    select handled_on, bank_branch, money_kind, fiscal_year, fund, sum(items)::bigint as items, sum(amount)::bigint as amount
      from (select handled_on, bank_branch, money_kind, fiscal_year, fund, items, amount from fresh
            union all
            select k.handled_on, k.bank_branch, k.money_kind, k.fiscal_year, k.fund, k.items, k.amount
              from ledger.receipt_slip k join day y on (y.handled_on, y.bank_branch) = (k.handled_on, k.bank_branch) where k.cancelled_at is null) x
     group by 1, 2, 3, 4, 5
), stated as (
    select t.* from ledger.daily_total_in_force t join day y on (y.handled_on, y.bank_branch) = (t.handled_on, t.bank_branch)
), day_fault as (
    select 'SLIP_DAY_WITHOUT_TOTAL' as code, 'handled_on' as field, jsonb_build_object('value', y.handled_on, 'branch', y.bank_branch) as detail
      from day y
     where not exists (select from stated t where (t.handled_on, t.bank_branch) = (y.handled_on, y.bank_branch))
    union all
    select 'SLIP_DAY_DIFFERS', 'amount',
           jsonb_build_object('value', b.handled_on, 'branch', b.bank_branch, 'money_kind', 'money_kind_' || b.money_kind, 'fiscal_year', b.fiscal_year,
               'fund', b.fund, 'items', b.items, 'stated', b.stated, 'found_items', b.found_items, 'found', b.found, 'difference', b.found - b.stated)
      from (select handled_on, bank_branch, money_kind, fiscal_year, fund, coalesce(t.items, 0) as items, coalesce(t.amount, 0) as stated,
                   coalesce(f.items, 0) as found_items, coalesce(f.amount, 0) as found
              from found f full join stated t using (handled_on, bank_branch, money_kind, fiscal_year, fund)) b
     where (b.found_items, b.found) <> (b.items, b.stated)
       -- Of a day without any 日計票 that is said, not how far it is from nothing.
       and exists (select from stated x where (x.handled_on, x.bank_branch) = (b.handled_on, b.bank_branch))
), total_day as materialized (
    -- A 日計票 against the one in force: the same is known; another one replaces it whole, while no slip of the day is posted.
    select n.handled_on, n.bank_branch, n.line, o.version, o.batch_id, o.amount as old_amount, n.amount as new_amount, o.content = n.content as same, s.batch
      from (select handled_on, bank_branch, min(line) as line, sum(amount)::bigint as amount,
                   jsonb_agg(jsonb_build_array(money_kind, fiscal_year, fund, items, amount) order by money_kind, fiscal_year, fund) as content
              from staged_daily_total group by 1, 2) n
      left join lateral (select max(t.version) as version, max(t.batch_id) as batch_id, sum(t.amount)::bigint as amount,
                   jsonb_agg(jsonb_build_array(t.money_kind, t.fiscal_year, t.fund, t.items, t.amount) order by t.money_kind, t.fiscal_year, t.fund) as content
              from ledger.daily_total_in_force t where (t.handled_on, t.bank_branch) = (n.handled_on, n.bank_branch)) o on true
     cross join lateral (select max(k.batch_id) as batch from ledger.receipt_slip k
                          where (k.handled_on, k.bank_branch) = (n.handled_on, n.bank_branch) and k.cancelled_at is null) s
), total_fault as (
    select t.line, 'skip' as verdict, 'SLIP_TOTAL_KNOWN' as code, 'handled_on' as field, jsonb_build_object('value', t.handled_on, 'branch', t.bank_branch) as detail
      from staged_daily_total t join total_day y on (y.handled_on, y.bank_branch) = (t.handled_on, t.bank_branch) and y.same
    union all
    select y.line, v.verdict, v.code, 'handled_on',
           jsonb_build_object('value', y.handled_on, 'branch', y.bank_branch, 'version', y.version, 'old', y.old_amount, 'new', y.new_amount,
               'batch', coalesce(y.batch, y.batch_id))
      from total_day y
     cross join today d
     cross join lateral (values
        (y.batch is null and y.batch_id < d.id, 'warn', 'SLIP_TOTAL_REPLACED'),
        -- One that waited while a newer one was posted takes nobody's place.
        (y.batch is null and y.batch_id > d.id, 'hold', 'SLIP_TOTAL_OVERTAKEN'),
        (y.batch is not null, 'hold', 'SLIP_TOTAL_IN_USE')) v (hit, verdict, code)
     where v.hit and y.same is not true
    union all
    -- The other half came first and waits: whoever reads this can post it now.
    select y.line, 'warn', 'SLIP_DETAIL_WAITS', 'handled_on', jsonb_build_object('value', y.handled_on, 'branch', y.bank_branch, 'batch', w.id)
      from total_day y
     cross join today d
     cross join lateral (select max(b.id) as id from intake.batch b join intake.record_fields r on r.batch_id = b.id and r.kind = 'slip'
                          where b.topic = d.topic and b.state = 'held'
                            and r.fields ->> 'bank_branch' = y.bank_branch and (r.fields ->> 'handled_on')::date = y.handled_on) w
     where w.id is not null and y.same is not true
), said as (
    select l.line, f.verdict, f.code, f.field, f.detail
      from place_fault f
      join (select line, handled_on, bank_branch, money_kind, fiscal_year, fund, budget_line, organization, cancel from fresh
            union all
            select line, handled_on, bank_branch, money_kind, fiscal_year, fund, null, null, null from staged_daily_total) l
        on (l.handled_on, l.bank_branch, l.money_kind, l.fiscal_year, l.fund) = (f.handled_on, f.bank_branch, f.money_kind, f.fiscal_year, f.fund)
       and (l.budget_line, l.organization, l.cancel) is not distinct from (f.budget_line, f.organization, f.cancel)
    union all select line, verdict, code, field, detail from line_fault
    union all select line, verdict, code, field, detail from match_fault
    union all select line, verdict, code, field, detail from cancel_fault
    union all select line, verdict, code, field, detail from total_fault
), answer as (
    select line, verdict, code, field, detail from said
    union all
    -- Of a file that is refused nobody needs to know what it comes to.
    select null, 'hold', code, field, detail from day_fault where not exists (select from said s where s.verdict = 'reject')
)
select s.line, case when s.verdict <> 'ask' then s.verdict
                    when exists (select from answered a where a.line = s.line and a.code = s.code) then 'warn' else 'hold' end as verdict,
       s.code, s.field, s.detail
  from answer s
