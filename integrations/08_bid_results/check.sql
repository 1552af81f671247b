-- 開札結果: is the file sound in itself (reject), and does it fit the tender, its nominees and vendors as the ledger knows them (hold)?
-- All lines of a case go the same way: what holds or skips one holds or skips all of them.

with today as (
    select id as batch, again, business_date from batch
), price_tax as (
    select coalesce((select value from setting where key = 'price_tax'), 'included') as said
), own as materialized (
    -- National open data: ours are the cases that a tender names by its number there. The winner is known by its 法人番号.
    select a.*, t.no as tender_no, w.vendor, w.candidates, count(*) over (partition by t.no) as rows,
           case p.said when 'included' then ledger.award_without_tax(a.price) else a.price end as award_excl,
           case p.said when 'included' then a.price else ledger.award_with_tax(a.price) end as award_incl
      from staged_award a
      join ledger.tender t on t.national_no = a.case_no
     cross join price_tax p
     cross join lateral ledger.find_bidder(t.no, a.corporate_no) w
), claim as (
    select r.line, 'ward' as source, r.tender_no, r.outcome, r.opened_at, r.rounds, r.planned_excl, r.floor_excl, r.survey_excl, r.winner_no,
           r.winner_corp, r.winner_name, r.award_excl, r.award_incl, r.lottery, r.decided,
           (r.opened_at at time zone 'Asia/Tokyo')::date as opened_on, ledger.result_content(ledger.record_content(r::text, r.line, r.sub, r.grp), s.bids) as content
      from staged_result r
      left join (select tender_no, string_agg(ledger.record_content(b::text, b.line, b.sub, b.grp), '' order by round, vendor_no) as bids from staged_bid b group by tender_no) s
        using (tender_no)
    union all
    select a.line, 'national', a.tender_no, '1', t.opens_at, null, null, null, null, a.vendor, a.corporate_no, a.name, a.award_excl, a.award_incl, null,
           a.decided, (t.opens_at at time zone 'Asia/Tokyo')::date, null
      from own a join ledger.tender t on t.no = a.tender_no
     where a.rows = 1 and a.candidates = 1 and a.award_excl > 0
), result as materialized (
    select c.*, case c.source when 'ward' then 'tender_no' else 'case_no' end as case_field,
           case c.source when 'ward' then 'winner_no' else 'corporate_no' end as winner_field,
           case c.source when 'ward' then 'award_incl' else 'price' end as amount_field, t.no as known, t.state, t.evaluation, t.fiscal_year, t.family, t.category, t.opens_at, t.has_floor, m.state as commitment_state,
           m.no as commitment, m.amount as bound, v.creditor, v.corporate_number as registered_corp, v.no as winner,
           s.id as standing, s.source as standing_source, s.outcome as standing_outcome, s.opened_at as standing_at,
           -- What was taken in once and stands is known, also when a newer result has followed it.
           exists (select from ledger.bid_result x where (x.tender_no, x.source, x.content_hash) = (c.tender_no, c.source, c.content) and x.cancelled_at is null)
               as same_content,
           s.winner = c.winner_no and s.award_incl = c.award_incl as same_award,
           -- 保留 behind the decision of its opening, 保留 or 不調 behind a later opening: files that came in another order than they were made.
           coalesce(c.source = 'ward' and (c.outcome = '5' and s.outcome <> '5' and s.source = 'ward' and c.opened_at <= s.opened_at
                                           or c.outcome in ('2', '5') and c.opened_at < s.opened_at), false) as older,
           -- 保留 is followed by a decision of the same opening, 不調 by another opening; an award of the open data by the result with its bids.
           coalesce(case s.outcome when '5' then c.source = 'ward' and c.opened_at >= s.opened_at and c.outcome <> '5'
                                   when '2' then c.opened_at > s.opened_at
                                   when '1' then s.source = 'national' and c.source = 'ward' and s.winner = c.winner_no and s.award_incl = c.award_incl
                                   else false end, s.id is null) as follows
      from claim c
      left join ledger.tender t on t.no = c.tender_no
      left join ledger.commitment m on m.no = t.commitment
      left join ledger.standing_bid_result s on s.tender_no = c.tender_no
      left join ledger.registered_vendor v on v.no = c.winner_no
), offer as materialized (
    select b.*, r.line as result_line, r.outcome, r.rounds, r.winner_no, r.award_excl, r.lottery, r.known, r.evaluation, r.family, r.category, r.opened_on,
           b.judgement in ('1', '2') and b.round = r.rounds as final,
           min(b.amount) filter (where b.judgement in ('1', '2') and b.round = r.rounds) over (partition by b.tender_no) as low
      from staged_bid b
      left join (select distinct on (tender_no) * from result where source = 'ward' order by tender_no, line) r on r.tender_no = b.tender_no
), won as (
    select tender_no, count(*) as count, string_agg(distinct vendor_no, ', ') as vendors, max(round) as round, max(amount) as amount
      from offer where judgement = '1' group by tender_no
), lowest as (
    -- The lowest valid bid of the last round, where price alone decides.
    select result_line, award_excl, lottery, low, count(*) as count
      from offer where final and amount = low and outcome = '1' and evaluation = 'price' group by result_line, award_excl, lottery, low
), case_line as materialized (
    select line, tender_no from staged_result
    union all
    select line, tender_no from staged_bid
    union all
    select line, 'line ' || line from staged_award
), part as materialized (
    -- Held lines posted later: a case is posted whole or not at all, and what speaks of all its lines was asked when the file came.
    select w.tender_no, w.whole, coalesce(h.here, 0) as here
      from (select f.fields ->> 'tender_no' as tender_no, count(*) as whole
              from today t join intake.record_fields f on f.batch_id = t.batch and f.kind in ('result', 'bid')
             where t.again group by 1) w
      left join (select tender_no, count(*) as here from case_line group by tender_no) h using (tender_no)
), absent as (
    select r.line, string_agg(n.vendor, ', ' order by n.seq) as vendors
      from result r
      join ledger.tender_nominee n on n.tender_no = r.known
     where r.source = 'ward' and r.outcome in ('1', '2', '5')
       and not exists (select from offer o where o.tender_no = n.tender_no and o.vendor_no = n.vendor)
       and not exists (select from part p where p.tender_no = r.tender_no and p.here < p.whole)
     group by r.line
), chosen as (
    -- Winners, and those who bid beside them.
    select winner as vendor, family, category, opened_on as day from result where winner is not null and known is not null
    union
    select vendor_no, family, category, opened_on from offer where known is not null and judgement = '2'
), fault as materialized (
    -- A vendor whose newest registration and qualification hold on the day, and of whom no measure is known, needs no further question.
    select c.vendor, c.family, c.category, c.day,
           case when p.vendor is null and r.ended_on is null and q.ended_on is null
                     and c.day between r.qualified_from and r.qualified_to and c.day between q.valid_from and q.valid_to then null
                else ledger.vendor_fault(c.vendor, c.family, c.category, c.day) end as code
      from chosen c
      left join ledger.vendor_registration r on r.vendor = c.vendor and r.superseded_by is null and r.cancelled_at is null
      left join ledger.vendor_qualification q on q.vendor = c.vendor and q.family = c.family and q.category = c.category
                                             and q.superseded_by is null and q.cancelled_at is null
      left join (select distinct vendor from ledger.vendor_suspension where superseded_by is null and cancelled_at is null) p on p.vendor = c.vendor
), said (line, verdict, code, field, detail) as (
    -- The file contradicts itself
    select r.line, 'reject', 'BID_RESULT_TWICE', 'tender_no', jsonb_build_object('value', r.tender_no, 'first', r.first)
      from (select line, tender_no, min(line) over (partition by tender_no) as first from staged_result) r where r.line <> r.first
    union all
    select o.line, 'reject', 'BID_WITHOUT_RESULT', 'tender_no', jsonb_build_object('value', o.tender_no)
      from offer o cross join today t where o.result_line is null and not t.again
    union all
    select line, 'reject', 'BID_ROUND_BEYOND', 'round', jsonb_build_object('value', round, 'rounds', rounds) from offer where round > rounds
    union all
    select r.line, 'reject', 'BID_ROUND_MISSING', 'rounds', jsonb_build_object('value', r.rounds, 'last', coalesce(m.round, 0))
      from result r left join (select tender_no, max(round) as round from staged_bid group by tender_no) m using (tender_no)
      left join part p using (tender_no)
     where r.source = 'ward' and r.outcome in ('1', '2') and coalesce(m.round, 0) < r.rounds and p.tender_no is null
    union all
    select line, 'reject', 'BID_AMOUNT_MISSING', 'amount', jsonb_build_object('value', judgement) from offer where amount is null and judgement in ('1', '2', '7')
    union all
    select line, 'reject', 'BID_AMOUNT_UNEXPECTED', 'amount', jsonb_build_object('value', amount, 'judgement', judgement)
      from offer where amount is not null and judgement in ('3', '4')
    union all
    select r.line, 'reject', 'BID_WINNER_LINE', 'winner_no',
           jsonb_build_object('value', r.winner_no, 'award', r.award_excl, 'round', r.rounds,
                              'found', case when w.tender_no is null then '—' else concat_ws(' ', w.vendors, w.round || '回', w.amount || '円', w.count || '行') end)
      from result r left join won w using (tender_no) left join part p using (tender_no)
     where r.source = 'ward' and r.outcome = '1' and p.tender_no is null
       and (w.count, w.vendors, w.round, w.amount) is distinct from (1::bigint, r.winner_no, r.rounds, r.award_excl)
    union all
    select line, 'reject', 'BID_AWARD_UNEXPECTED', 'outcome', jsonb_build_object('value', outcome)
      from result where outcome <> '1' and num_nonnulls(winner_no, award_excl, award_incl, decided) > 0
    union all
    select line, 'reject', 'BID_AWARD_UNEXPECTED', 'judgement', jsonb_build_object('value', outcome) from offer where outcome <> '1' and judgement = '1'
    union all
    select line, 'reject', 'BID_ABOVE_PLANNED', 'award_excl', jsonb_build_object('value', award_excl, 'planned', planned_excl) from result where award_excl > planned_excl
    union all
    select line, 'reject', 'BID_BELOW_FLOOR', 'award_excl', jsonb_build_object('value', award_excl, 'floor', floor_excl) from result where award_excl < floor_excl
    union all
    select line, 'reject', 'BID_FLOOR_ABOVE_PLANNED', 'floor_excl', jsonb_build_object('value', greatest(floor_excl, survey_excl), 'planned', planned_excl)
      from result where greatest(floor_excl, survey_excl) > planned_excl
    union all
    select line, 'reject', 'BID_AWARD_TAX', 'award_incl', jsonb_build_object('value', award_incl, 'expected', ledger.award_with_tax(award_excl))
      from result where award_incl <> ledger.award_with_tax(award_excl)
    union all
    select line, case source when 'ward' then 'reject' else 'hold' end, 'BID_DECIDED_EARLY', 'decided', jsonb_build_object('value', decided, 'opened', opened_on)
      from result r
     where decided < opened_on
       -- Of the national form the opening is the planned one, which may have been earlier: a person may say so.
       and not (source = 'national' and exists (select from answered a where a.line = r.line and a.code = 'BID_DECIDED_EARLY'))
    union all
    select result_line, 'reject', 'BID_WITHOUT_LOTTERY', 'lottery', jsonb_build_object('value', low, 'count', count)
      from lowest where lottery = '0' and count > 1
    union all
    select line, 'reject', 'BID_RESULT_CHANGED', 'tender_no', jsonb_build_object('value', tender_no, 'opened', ledger.moment(opened_at))
      from result where source = 'ward' and opened_at = standing_at and standing_source = 'ward' and not same_content and not follows and not older

    -- Known already, or nobody's concern here
    union all
    select line, 'skip', 'BID_RESULT_SEEN', case_field, jsonb_build_object('value', tender_no)
      from result where same_content or source = 'national' and same_award
    union all
    select line, 'skip', 'BID_RESULT_OLDER', case_field, jsonb_build_object('value', tender_no) from result where older and not same_content
    union all
    select a.line, 'skip', 'AWARD_FOREIGN', 'case_no', jsonb_build_object('value', a.case_no)
      from staged_award a where not exists (select from own o where o.line = a.line)

    -- A person must decide
    union all
    select line, 'hold', 'TENDER_UNKNOWN', 'tender_no', jsonb_build_object('value', tender_no) from result where known is null
    union all
    select line, 'hold', 'TENDER_NOT_SELECTED', case_field, jsonb_build_object('value', tender_no) from result r
     where r.state in ('draft', 'approved')
       -- Opened for change after it was told: the service may still give it up.
       and not (r.outcome in ('3', '4') and exists (select from ledger.tender_notice n where n.tender_no = r.known and n.state = 'told'))
    union all
    select line, 'hold', 'TENDER_DECIDED', case_field, jsonb_build_object('value', tender_no, 'outcome', standing_outcome, 'opened', ledger.moment(standing_at))
      from result
     where standing is not null and not follows and not same_content and not (source = 'national' and coalesce(same_award, false))
       and not (source = 'ward' and standing_source = 'ward' and opened_at = standing_at)
    union all
    select line, 'hold', 'TENDER_COMMITMENT_NOT_DRAFT', case_field, jsonb_build_object('value', tender_no, 'commitment', commitment, 'state', commitment_state)
      from result where commitment_state <> 'draft' and (standing is null or follows)
    union all
    select r.line, 'hold', 'BID_FROM_THE_FUTURE', 'opened_at', jsonb_build_object('value', greatest(r.opened_on, r.decided))
      from result r cross join today t
     where greatest(r.opened_on, r.decided) > t.business_date
       and not exists (select from answered a where a.line = r.line and a.code = 'BID_FROM_THE_FUTURE')
    union all
    select o.line, 'hold', 'BID_VENDOR_UNKNOWN', 'vendor_no', jsonb_build_object('value', o.vendor_no, 'name', o.name)
      from offer o where not exists (select from ledger.registered_vendor v where v.no = o.vendor_no)
    union all
    select o.line, 'hold', 'BID_NOT_NOMINATED', 'vendor_no', jsonb_build_object('value', o.vendor_no, 'name', o.name, 'tender', o.tender_no)
      from (select distinct on (tender_no, vendor_no) * from offer where known is not null order by tender_no, vendor_no, round) o
     where not exists (select from ledger.tender_nominee n where (n.tender_no, n.vendor) = (o.tender_no, o.vendor_no))
       and not exists (select from answered a where a.line = o.line and a.code = 'BID_NOT_NOMINATED')
    union all
    select r.line, 'hold', 'BID_NOT_NOMINATED', 'corporate_no', jsonb_build_object('value', r.winner_no, 'name', r.winner_name, 'tender', r.tender_no)
      from result r
     where r.source = 'national' and not exists (select from ledger.tender_nominee n where (n.tender_no, n.vendor) = (r.tender_no, r.winner_no))
       and not exists (select from answered a where a.line = r.line and a.code = 'BID_NOT_NOMINATED')
    union all
    select s.line, 'hold', 'BID_NOMINEE_MISSING', 'tender_no', jsonb_build_object('value', s.vendors)
      from absent s where not exists (select from answered a where a.line = s.line and a.code = 'BID_NOMINEE_MISSING')
    union all
    select r.line, 'hold', f.code, r.winner_field, jsonb_build_object('vendor', r.winner, 'day', r.opened_on, 'category', r.family || '-' || r.category, 'from', r.opened_on)
      from result r join fault f on f.vendor = r.winner and f.family = r.family and f.category = r.category and f.day = r.opened_on
     where r.known is not null and f.code is not null
       and not exists (select from answered a where a.line = r.line and a.code = f.code)
    union all
    select line, 'hold', 'BID_CORPORATE_DIFFERS', 'winner_corp', jsonb_build_object('value', winner_corp, 'registered', coalesce(registered_corp, '—'), 'vendor', winner)
      from result where source = 'ward' and winner is not null and winner_corp is not null and winner_corp is distinct from registered_corp
    union all
    select result_line, 'hold', 'BID_NOT_LOWEST', 'award_excl', jsonb_build_object('value', award_excl, 'lowest', low) from lowest where award_excl > low
    union all
    select line, 'hold', 'BID_WINNER_WITHOUT_CREDITOR', winner_field, jsonb_build_object('value', winner, 'name', winner_name)
      from result where winner is not null and creditor is null
    union all
    select line, 'hold', 'BID_OVER_RESERVED', amount_field, jsonb_build_object('value', award_incl, 'bound', bound, 'commitment', commitment)
      from result where award_incl > bound and commitment_state = 'draft' and (standing is null or follows)
    union all
    select line, 'hold', 'BID_YEAR_OVER', 'decided', jsonb_build_object('value', decided, 'year', fiscal_year)
      from result where decided > make_date(fiscal_year + 1, 3, 31)
    union all
    select line, 'hold', 'AWARD_TWICE', 'case_no', jsonb_build_object('value', case_no, 'count', rows) from own where rows > 1
    union all
    select line, 'hold', 'AWARD_WINNER_UNKNOWN', 'corporate_no', jsonb_build_object('value', coalesce(corporate_no, '—'), 'name', name, 'count', candidates)
      from own where candidates <> 1
    union all
    select line, 'hold', 'AWARD_PRICE', 'price', jsonb_build_object('value', price) from own where coalesce(award_excl, 0) <= 0
    union all
    select s.line, 'hold', 'BID_PART', 'tender_no', jsonb_build_object('value', s.tender_no, 'count', p.whole)
      from case_line s join part p using (tender_no) where p.here < p.whole

    -- Worth saying
    union all
    select o.line, 'warn', 'BID_OF_BARRED_VENDOR', 'vendor_no', jsonb_build_object('value', o.vendor_no, 'name', o.name, 'why', f.code)
      from offer o join fault f on f.vendor = o.vendor_no and f.family = o.family and f.category = o.category and f.day = o.opened_on
     where o.known is not null and o.judgement = '2' and f.code <> 'VENDOR_UNKNOWN'
    union all
    select line, 'warn', 'BID_BELOW_SURVEY', 'award_excl', jsonb_build_object('value', award_excl, 'survey', survey_excl) from result where award_excl < survey_excl
    union all
    select line, 'warn', 'BID_FLOOR_MISSING', 'floor_excl', jsonb_build_object('value', tender_no) from result where source = 'ward' and has_floor and outcome = '1' and floor_excl is null
    union all
    select line, 'warn', 'BID_OPENED_OTHER_DAY', 'opened_at', jsonb_build_object('value', opened_on, 'planned', (opens_at at time zone 'Asia/Tokyo')::date)
      from result where opened_on <> (opens_at at time zone 'Asia/Tokyo')::date and standing is null
    union all
    select r.line, 'warn', 'BID_CREDITOR_WITHOUT_ACCOUNT', winner_field, jsonb_build_object('value', r.creditor, 'name', r.winner_name)
      from result r where r.creditor is not null and not exists (select from ledger.creditor_account k where k.creditor = r.creditor and r.decided between k.valid_from and k.valid_to)
    union all
    select a.line, 'warn', 'AWARD_METHOD_DIFFERS', 'method', jsonb_build_object('value', a.method, 'tender', t.no)
      from own a join ledger.tender t on t.no = a.tender_no
     where a.method is not null and a.method <> all (case t.method when '1' then array[case t.evaluation when 'price' then '8002010' else '8002040' end]
                                                                   when '2' then array['8003010'] when '3' then array['8003010'] else array['8004010', '8004020', '8004030'] end)
), fate as materialized (
    -- What becomes of a case: it is known, or something holds it.
    select l.tender_no, bool_or(v.verdict = 'skip') as seen, bool_or(v.verdict = 'hold') as held,
           min(v.code) filter (where v.verdict = 'skip') as known_as
      from said v join case_line l using (line) where v.verdict in ('skip', 'hold') group by l.tender_no
)
select v.line, v.verdict, v.code, v.field, v.detail
  from said v
  left join case_line l using (line)
  left join fate f using (tender_no)
 where v.verdict <> 'hold' or not f.seen
union all
select l.line, case when f.seen then 'skip' else 'hold' end, case when f.seen then f.known_as else 'BID_WAITS' end, 'tender_no',
       jsonb_build_object('value', l.tender_no)
  from case_line l
  join fate f using (tender_no)
 where not exists (select from said v where v.line = l.line and v.verdict = case when f.seen then 'skip' else 'hold' end)
