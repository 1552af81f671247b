-- A file stays once something is ordered against its commitments or a later notice stands on it.
select line, object, object_id, code, detail from ledger.contract_blockers((select id from batch))
