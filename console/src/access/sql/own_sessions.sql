-- Open sessions of an account ($1), that of the asker ($2) marked. $3 idle minutes, $4 hours in all.
select to_char(s.begun_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as begun_at,
       to_char(s.seen_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as seen_at, s.address, s.agent, s.token_sha256 = $2 as this,
       -- Names it in a form, and opens nothing.
       encode(sha256(s.token_sha256), 'hex') as id
  from access.session s
 where s.login_id = $1 and s.ended_at is null and s.complete
   and s.seen_at > clock_timestamp() - make_interval(mins => $3) and s.begun_at > clock_timestamp() - make_interval(hours => $4)
 order by s.seen_at desc
