-- Money of the batch that has gone on (還付, 充当, allocated), slips a later file took back, and days posted because this 日計票 agreed.
select line, object, object_id, code, detail from ledger.receipt_blockers((select id from batch))
union all
select line, object, object_id, code, detail from ledger.receipt_slip_blockers((select id from batch))
