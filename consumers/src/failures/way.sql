-- Where a parked message came from and what became of it after it was sent again. $1 message.
select f.retry_of as came_from,
       to_char(f.handled_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as handled_at,
       (select max(n.id) from intake.failure n where n.retry_of = f.id) as came_back
  from intake.failure f
 where f.id = $1
