-- Versions of a profile, newest first. $1 topic, $2 profile.
select v.version, v.valid_from::text as valid_from, v.values, v.before, v.why, v.made_by,
       to_char(v.made_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as made_at, v.approved, v.decided_by, v.decided_why
  from ledger.profile_version v
 where (v.topic, v.profile) = ($1, $2)
 order by v.version desc limit 100
