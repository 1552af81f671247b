select m.medium, m.label, m.bearer, m.approver, m.accepted_by,
       to_char(m.accepted_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as accepted_at,
       to_char(w.wiped_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as wiped_at, w.wiped_by
  from intake.medium m
  left join lateral (select * from intake.medium_wipe w where w.medium = m.medium and w.wiped_at >= m.accepted_at order by w.id limit 1) w on true
 where m.batch_id = $1
