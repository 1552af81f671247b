-- The results count no more, the tenders are as before, and their commitments bind what they bound.
select ledger.cancel_bid_results((select id from batch), (select business_date from batch))
