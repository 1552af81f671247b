-- Somebody saw names or accounts: one event an hour for each thing. $1 who, $2 kind of object, $3 its id, $4 what of it.
select audit.record($1, 'personal.show', $2, $3, null, jsonb_build_object('what', $4::text), null)
 where not exists (select from audit.event e
                    where e.object = $2 and e.object_id = $3 and e.actor = $1 and e.action = 'personal.show'
                      and e.after ->> 'what' = $4 and e.at > clock_timestamp() - interval '1 hour')
