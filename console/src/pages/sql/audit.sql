-- Audit events, newest first. $1 who, $2 actions, $3 kinds of object (several that one word tells, with commas), $4 its id, $5 from, $6 to (days), $7 before this event, $8 rows.
select e.id, to_char(e.at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as at, e.actor, e.action, e.object, e.object_id,
       e.before, e.after, e.reason, e.source, l.position
  from audit.event e
  left join audit.link l on l.event_id = e.id
 where ($1::text is null or e.actor = $1)
   and ($2::text is null or e.action = any (string_to_array($2, ',')))
   and ($3::text is null or e.object = any (string_to_array($3, ',')))
   and ($4::text is null or e.object_id = $4)
   and ($5::text is null or e.at >= $5::text::date::timestamp at time zone 'Asia/Tokyo')
   and ($6::text is null or e.at < ($6::text::date + 1)::timestamp at time zone 'Asia/Tokyo')
   and ($7::bigint is null or (e.at, e.id) < ((select b.at from audit.event b where b.id = $7), $7))
 order by e.at desc, e.id desc
 limit $8
