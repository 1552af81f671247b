-- A reform stays once something was written down for an organization that began with it, or a later file changed it; orders on staff stay
-- once a later file changed the same person.
select line, object, object_id, code, detail from ledger.organization_blockers((select id from batch))
union all
select line, object, object_id, code, detail from ledger.staff_blockers((select id from batch))
