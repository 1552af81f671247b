-- A batch stays once money came in for it, eLTAX was told of a slip of it, or a later file changed it.
select line, object, object_id, code, detail from ledger.assessment_blockers((select id from batch))
