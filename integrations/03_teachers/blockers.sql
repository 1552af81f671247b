-- Orders stay once a later file changed the same person.
select line, object, object_id, code, detail from ledger.staff_blockers((select id from batch))
