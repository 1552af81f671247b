-- Values of the profile ($1) that count for files ordered on the day of this one.
update pg_temp.setting s set value = v.value
  from pg_temp.run r
 cross join lateral jsonb_each_text(ledger.profile_values(r.topic, $1, (r.ordered_at at time zone 'Asia/Tokyo')::date)) v
 where v.key = s.key
