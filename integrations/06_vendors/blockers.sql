-- A later file has built on what this one said, or somebody has used it: nominated the vendor, or registered an account for the candidate.
select line, object, object_id, code, detail from ledger.vendor_batch_blockers((select id from batch))
