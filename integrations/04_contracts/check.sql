-- 契約: does the file agree with itself, may the document stand where it says, and does the contract fit commitment, tender and
-- creditor? What the file contradicts is refused; what the ledger does not know, or says differently, waits for a person.

with today as (
    select business_date from batch
), line as (
    select s.*, s.revision::int as nth, s.unit_price = '1' as by_unit, coalesce(s.bond_amount, 0) as bond_yen, d.business_date,
           (s.signed_at at time zone 'Asia/Tokyo')::date as signed_on, ledger.contract_content(to_jsonb(s)) as content,
           f.commitment as found, f.candidates, coalesce(k.chosen, s.commitment_no) as wanted,
           coalesce(kc.chosen, s.creditor) as payee,
           row_number() over (partition by s.contract_no, s.revision, s.document_id order by s.line) as copy
      from staged_contract s cross join today d
      -- What a person chose for a held line goes before what the line says.
      left join choice k on k.line = s.line and k.object = 'commitment'
      left join choice kc on kc.line = s.line and kc.object = 'creditor'
      left join lateral ledger.find_contract_commitment(coalesce(k.chosen, s.commitment_no), s.contract_no, s.tender_no) f on true
), seen as (
    select l.line, n.status as before, l.status as after, n.content_hash = l.content as same
      from line l join ledger.contract_document n on (n.contract_no, n.revision, n.document_id) = (l.contract_no, l.nth, l.document_id)
), fresh as (
    -- What is new: neither known in this status nor the second of two copies. Only this is judged against the ledger.
    select l.* from line l left join seen n using (line) where l.copy = 1 and n.before is distinct from l.status
), contract as (
    select f.*, c.state, c.amount as bound, c.creditor as committed_to, c.contract_no as committed_for, c.fiscal_year, c.fund, c.budget_line,
           k.revision as last_revision, k.amount as previous, k.bond as bond_before, k.bond_amount as bond_held
      from fresh f
      left join ledger.commitment c on c.no = f.found
      left join ledger.contract k on k.contract_no = f.contract_no
), concluded as (
    select c.*, ledger.contract_delta(nth, multi_year, by_unit, amount, previous, bound) as delta,
           first_value(line) over (partition by found order by line) as first_of_commitment,
           first_value(line) over (partition by contract_no order by nth, line) as first_of_contract
      from contract c where status = '3'
), growing as (
    -- What the file's lines bind beyond what is bound counts together, in file order.
    select line, budget_line, delta, ledger.budget_remaining(fiscal_year, fund, budget_line) as remaining,
           sum(greatest(delta, 0)) over (partition by fiscal_year, fund, budget_line order by line) as more
      from concluded where nth > 0
), tender as (
    select f.line, f.amount, f.payee as creditor, f.tender_no, f.by_unit, f.nth, r.id, r.creditor as winner, r.award_incl
      from fresh f left join ledger.standing_bid_result r on r.tender_no = f.tender_no and r.outcome = '1'
     where f.tender_no is not null
)

-- The file against itself
select line, 'reject' as verdict, 'CONTRACT_UNIT_PRICE' as code, 'amount' as field, jsonb_build_object('value', amount) as detail
  from line where by_unit <> (amount = 0)
union all
-- Tax of the amount without it, parts of a yen dropped; or, where the whole amount was agreed, the part of it that is tax.
select line, 'reject', 'CONTRACT_TAX', 'tax', jsonb_build_object('found', tax, 'expected', e.due, 'rate', tax_rate::int)
  from line cross join lateral (select (amount - tax) * tax_rate::int / 100 as due) e
 where tax <> e.due and tax <> amount * tax_rate::int / (100 + tax_rate::int)
union all
select line, 'reject', 'CONTRACT_GROUND_NEEDLESS', 'negotiated_ground', jsonb_build_object('value', negotiated_ground) from line where negotiated_ground is not null and method <> '3'
union all
select line, 'reject', 'CONTRACT_BOND_AMOUNT', 'bond_amount', jsonb_build_object('found', bond_yen)
  from line where (bond = '0') <> (bond_yen = 0)
union all
select line, 'reject', 'CONTRACT_STARTS_BEFORE', 'starts_on', jsonb_build_object('value', starts_on, 'contracted_on', contracted_on)
  from line where starts_on < contracted_on and nth = 0
union all
select line, 'reject', 'CONTRACT_ENDS_BEFORE', 'ends_on', jsonb_build_object('value', ends_on, 'starts_on', starts_on)
  from line where ends_on < starts_on
union all
select line, 'reject', 'CONTRACT_BEYOND_YEAR', 'ends_on', jsonb_build_object('value', ends_on, 'last', make_date(ledger.fiscal_year(starts_on) + 1, 3, 31))
  from line where multi_year = '0' and ledger.fiscal_year(ends_on) > ledger.fiscal_year(starts_on)
union all
select line, 'reject', 'CONTRACT_SIGNED_IN_FUTURE', 'signed_at', jsonb_build_object('value', signed_on, 'today', business_date)
  from line where signed_on > business_date
union all
select l.line, 'reject', 'ORGANIZATION_UNKNOWN', 'organization', jsonb_build_object('value', l.organization, 'date', l.contracted_on)
  from line l
 where not exists (select from ledger.organization o where o.code = l.organization and l.contracted_on between o.valid_from and o.valid_to)
union all
-- Forward only: 1 → 2 → 3, 1 or 2 → 4 or 5.
select line, 'reject', 'CONTRACT_STATUS_BACK', 'status', jsonb_build_object('before', before, 'value', after)
  from seen where before <> after and (before not in ('1', '2') or after < before)
union all
select line, 'reject', 'CONTRACT_CHANGED', 'document_id', jsonb_build_object('status', after) from seen where before = after and not same
union all
-- A contract made before its year begins is booked from the first day of that year on.
select line, 'reject', 'CONTRACT_YEAR_CLOSED', 'starts_on', jsonb_build_object('year', y.year)
  from fresh cross join lateral (select ledger.fiscal_year(starts_on) as year) y
 where status = '3' and multi_year = '0' and not ledger.fiscal_year_accepts(y.year, greatest(business_date, make_date(y.year, 4, 1)))

-- A person must decide
union all
select f.line, 'hold', 'CONTRACT_CREDITOR_UNKNOWN', 'creditor', jsonb_build_object('value', f.payee)
  from fresh f where not exists (select from ledger.creditor k where k.no = f.payee)
union all
select f.line, 'hold', 'CONTRACT_CREDITOR_SUSPENDED', 'creditor', jsonb_build_object('name', k.name, 'from', k.suspended_from)
  from fresh f join ledger.creditor k on k.no = f.payee
 where f.status in ('1', '2', '3') and f.business_date between k.suspended_from and coalesce(k.suspended_to, date '9999-12-31')
union all
select f.line, 'hold', 'CONTRACT_VENDOR_SUSPENDED', 'creditor', jsonb_build_object('vendor', v.no, 'date', f.contracted_on)
  from fresh f join ledger.vendor v on v.creditor = f.payee
 where f.status in ('1', '2', '3') and f.nth = 0 and ledger.vendor_suspended(v.no, f.contracted_on)
   and not exists (select from answered a where a.line = f.line and a.code = 'CONTRACT_VENDOR_SUSPENDED')
union all
select f.line, 'hold', 'CONTRACT_CORPORATE_DIFFERS', 'corporate_number', jsonb_build_object('value', f.corporate_number, 'registered', k.corporate_number)
  from fresh f join ledger.creditor k on k.no = f.payee where k.corporate_number <> f.corporate_number
union all
select f.line, 'hold', 'CONTRACT_RETROACTIVE', 'contracted_on', jsonb_build_object('value', f.contracted_on, 'signed_on', f.signed_on)
  from fresh f
 where f.status = '3' and f.contracted_on <> f.signed_on
   and not exists (select from answered a where a.line = f.line and a.code = 'CONTRACT_RETROACTIVE')
union all
select f.line, 'hold', 'CONTRACT_PDF_OF_ANOTHER', 'pdf_sha256', jsonb_build_object('contract', min(n.contract_no))
  from fresh f join ledger.contract_notice n on n.pdf_sha256 = lower(f.pdf_sha256) and n.contract_no <> f.contract_no and n.cancelled_at is null
 where not exists (select from answered a where a.line = f.line and a.code = 'CONTRACT_PDF_OF_ANOTHER')
 group by f.line
union all
select line, 'hold', 'CONTRACT_TENDER_UNKNOWN', 'tender_no', jsonb_build_object('value', tender_no) from tender where id is null
union all
select line, 'hold', 'CONTRACT_NOT_THE_WINNER', 'creditor', jsonb_build_object('value', creditor, 'winner', winner, 'tender', tender_no)
  from tender where winner <> creditor
union all
select line, 'hold', 'CONTRACT_NOT_THE_AWARD', 'amount', jsonb_build_object('found', amount, 'expected', award_incl, 'tender', tender_no)
  from tender where nth = 0 and not by_unit and amount <> award_incl
union all
select line, 'hold', 'CONTRACT_COMMITMENT_UNKNOWN', 'commitment_no',
       jsonb_build_object('commitment', coalesce(commitment_no, '—'), 'tender', coalesce(tender_no, '—'), 'contract', contract_no)
  from concluded where found is null
union all
-- A number that is written down must be right, also while the document is under way.
select line, 'hold', 'CONTRACT_COMMITMENT_UNKNOWN', 'commitment_no',
       jsonb_build_object('commitment', commitment_no, 'tender', coalesce(tender_no, '—'), 'contract', contract_no)
  from contract where status <> '3' and commitment_no is not null and found is null
union all
select line, 'hold', 'CONTRACT_COMMITMENT_AMBIGUOUS', 'commitment_no', jsonb_build_object('contract', contract_no, 'count', candidates)
  from contract where candidates > 1
union all
select line, 'hold', 'CONTRACT_COMMITMENT_CANCELLED', 'commitment_no', jsonb_build_object('commitment', found) from concluded where state = 'cancelled'
union all
select line, 'hold', 'CONTRACT_COMMITMENT_OF_ANOTHER', 'commitment_no',
       jsonb_build_object('commitment', found, 'creditor', coalesce(committed_to, '—'), 'contract', coalesce(committed_for, '—'))
  from contract where committed_to <> payee or committed_for <> contract_no
union all
-- A number in the notice does not move a contract off the commitment it has. (Of a contract over several years each year has its own.)
select f.line, 'hold', 'CONTRACT_COMMITMENT_DIFFERS', 'commitment_no',
       jsonb_build_object('commitment', f.wanted, 'own', o.commitment, 'basis', 'commitment_basis_' || o.basis)
  from contract f cross join lateral ledger.contract_own_commitment(f.contract_no, f.tender_no) o
 where f.wanted <> o.commitment
   and not (f.multi_year in ('1', '2') and o.basis = 'contract'
            and f.fiscal_year <> (select x.fiscal_year from ledger.commitment x where x.no = o.commitment))
union all
select c.line, 'hold', 'CONTRACT_COMMITMENT_SHARED', 'commitment_no', jsonb_build_object('commitment', c.found, 'first', c.first_of_commitment)
  from concluded c join line first on first.line = c.first_of_commitment where first.contract_no <> c.contract_no
union all
select line, 'hold', 'CONTRACT_COMMITMENT_OF_ANOTHER_YEAR', 'commitment_no', jsonb_build_object('commitment', found, 'year', fiscal_year, 'starts_on', starts_on)
  from concluded where multi_year = '0' and fiscal_year <> ledger.fiscal_year(starts_on)
union all
-- After the end of a year nothing more is committed in it: 出納整理期間 only receives and pays.
select line, 'hold', 'CONTRACT_REVISED_AFTER_YEAR', 'contracted_on',
       jsonb_build_object('value', contracted_on, 'commitment', found, 'year', fiscal_year)
  from concluded where multi_year = '0' and nth > 0 and ledger.fiscal_year(contracted_on) > fiscal_year
union all
select line, 'hold', 'CONTRACT_ABOVE_COMMITMENT', 'amount', jsonb_build_object('value', amount, 'commitment', found, 'bound', bound)
  from concluded where nth = 0 and delta > 0
union all
select g.line, 'hold', 'CONTRACT_ABOVE_BUDGET', 'amount', jsonb_build_object('more', g.delta, 'budget_line', g.budget_line, 'remaining', g.remaining)
  from growing g where g.delta > 0 and g.more > g.remaining
union all
select line, 'hold', 'CONTRACT_BELOW_ORDERED', 'amount', jsonb_build_object('commitment', found, 'less', -delta, 'remaining', r.yen)
  from concluded cross join lateral (select ledger.commitment_remaining(found) as yen) r
 where delta < 0 and -delta > r.yen
union all
select line, 'hold', 'CONTRACT_REVISION_GAP', 'revision', jsonb_build_object('value', nth, 'last', coalesce(last_revision::text, '—'))
  from concluded where nth > 0 and (last_revision is null or nth > last_revision + 1) or first_of_contract <> line
union all
select line, 'hold', 'CONTRACT_CONCLUDED_TWICE', 'revision', jsonb_build_object('contract', contract_no, 'value', nth)
  from concluded where nth <= last_revision
union all

-- Known already
select line, 'skip', 'CONTRACT_KNOWN', 'document_id', jsonb_build_object('status', status)
  from line left join seen using (line) where copy > 1 or (before = after and same)
union all

-- Worth saying
select line, 'warn', 'CONTRACT_SHARE_STAYS', 'amount', jsonb_build_object('commitment', found, 'bound', bound)
  from concluded where multi_year in ('1', '2') and nth > 0 and amount <> previous
union all
select line, 'warn', 'CONTRACT_BOND_LOWER', 'bond_amount', jsonb_build_object('held', bond_held, 'found', case when bond = '1' then bond_yen else 0 end)
  from concluded where nth > 0 and bond_before = '1' and bond_held > case when bond = '1' then bond_yen else 0 end
union all
select line, 'warn', 'CONTRACT_BOND_BOOKED_TODAY', 'contracted_on', jsonb_build_object('value', contracted_on, 'day', business_date)
  from concluded
 where bond = '1' and bond_yen > case when nth > 0 and bond_before = '1' then bond_held else 0 end
   and ledger.bond_day(contracted_on, business_date) > contracted_on
union all
select line, 'warn', 'CONTRACT_RESERVATION_STAYS', 'status', jsonb_build_object('commitment', found)
  from contract c
 where status in ('4', '5') and nth = 0 and state = 'confirmed' and not exists (select from seen s where s.line = c.line and s.before = '3')
