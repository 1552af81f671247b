-- $1 parked message: the original as version 1, then the corrections.
select 1 as version, f.body, '' as reason, to_char(f.first_seen at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as at, '' as by
  from intake.failure f where f.id = $1
union all
select v.version, v.body, v.reason, to_char(v.at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"'), v.by
  from intake.failure_version v where v.failure_id = $1
 order by version
