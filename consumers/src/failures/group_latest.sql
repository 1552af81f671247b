-- The newest decision about a cause. $1 queue, $2 code.
select r.id, r.action, r.wanted, r.done, r.failed, r.by,
       to_char(r.at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as at,
       to_char(r.ended_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as ended_at, r.trouble
  from intake.failure_run r
 where r.queue = $1 and r.code = $2
 order by r.id desc
 limit 1
