-- A later result, a contract, or another use of the budget that was released stands on what this file brought.
select line, object, object_id, code, detail from ledger.bid_result_blockers((select id from batch))
