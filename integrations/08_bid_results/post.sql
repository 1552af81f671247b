-- 開札結果 → the result and its bids, the tender's state, and the tender's draft commitment: taken down to 契約予定金額 for the winner (契約差金 is
-- released), given up for a tender that is cancelled. No journal: nothing is owed before the contract.

create temp table opened on commit drop as
select r.line, 'ward' as source, r.tender_no, r.opened_at, r.outcome, r.rounds, r.planned_excl, r.floor_excl, r.survey_excl,
       r.winner_no, r.winner_name, r.award_excl, r.award_incl, r.lottery = '1' as lottery, r.decided, ledger.result_content(ledger.record_content(r::text, r.line, r.sub, r.grp), s.bids) as content,
       coalesce(r.award_excl, 0) as yen
  from staged_result r
  left join (select tender_no, string_agg(ledger.record_content(b::text, b.line, b.sub, b.grp), '' order by round, vendor_no) as bids from staged_bid b group by tender_no) s
    using (tender_no)
union all
select a.line, 'national', t.no, t.opens_at, '1', null, null, null, null, w.vendor, a.name,
       case p.said when 'included' then ledger.award_without_tax(a.price) else a.price end,
       case p.said when 'included' then a.price else ledger.award_with_tax(a.price) end, null, a.decided, ledger.record_content(a::text, a.line, a.sub, a.grp), a.price
  from staged_award a
  join ledger.tender t on t.national_no = a.case_no
 cross join (select coalesce((select value from setting where key = 'price_tax'), 'included') as said) p
 cross join lateral ledger.find_bidder(t.no, a.corporate_no) w;

insert into ledger.bid_result (tender_no, source, opened_at, outcome, rounds, planned_excl, floor_excl, survey_excl, winner, creditor, winner_name,
                               award_excl, award_incl, lottery, decided_on, content_hash, tender_before, batch_id, line)
select o.tender_no, o.source, o.opened_at, o.outcome, o.rounds, o.planned_excl, o.floor_excl, o.survey_excl, o.winner_no, v.creditor, o.winner_name,
       o.award_excl, o.award_incl, o.lottery, o.decided, o.content, t.state, b.id, o.line
  from opened o
 cross join batch b
  join ledger.tender t on t.no = o.tender_no
  left join ledger.vendor v on v.no = o.winner_no
 order by o.line;

create temp table added on commit drop as
select r.* from opened o join ledger.bid_result r on r.batch_id = (select id from batch) and r.line = o.line;

insert into ledger.bid (result_id, round, vendor, name, amount, judgement, remark, line)
select a.id, s.round, s.vendor_no, s.name, s.amount, s.judgement, s.remark, s.line from staged_bid s join added a using (tender_no) order by s.line;

update ledger.bid_result r set superseded_by = a.id
  from added a where r.tender_no = a.tender_no and r.id <> a.id and r.superseded_by is null and r.cancelled_at is null;

select ledger.apply_bid_results(array(select id from added), (select business_date from batch));

insert into posted (line, object, object_id, yen)
select o.line, 'bid_result', r.id, case when r.source = 'ward' then coalesce(r.award_excl, 0) when o.yen = r.award_incl then r.award_incl else r.award_excl end
  from opened o join added a on a.line = o.line join ledger.bid_result r on r.id = a.id;
