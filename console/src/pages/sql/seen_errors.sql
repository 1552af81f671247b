-- Somebody saw the surroundings of errors, with names in them: one event an hour. $1 who, $2 batch.
select audit.record($1, 'personal.show', 'batch', $2, null, '{"what": "errors"}', null)
 where not exists (select from audit.event e
                    where e.object = 'batch' and e.object_id = $2 and e.actor = $1 and e.action = 'personal.show'
                      and e.after ->> 'what' = 'errors' and e.at > clock_timestamp() - interval '1 hour')
