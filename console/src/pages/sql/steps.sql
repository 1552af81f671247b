-- The life of an object as the audit log tells it. $1 kind of object, $2 its id.
select to_char(e.at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as at, e.actor, e.action, e.reason, e.source
  from audit.event e where e.object = $1 and e.object_id = $2
 order by e.id limit 200
