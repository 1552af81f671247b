-- What each profile's bank says of a day on which transfers would be due, were their file made now. $1 the profiles (topic, name, values
-- of their files), $2 the day, $3 today. A day far ahead is none too far: the file can be made later.
with bank as (
    select p.place, v.value ->> 'non_business_day' as on_holiday, (v.value ->> 'cut_off')::time as cut_off,
           (v.value ->> 'days_ahead_min')::int as days_min,
           -- What is agreed already for files ordered nearer to the day.
           (l.value ->> 'cut_off')::time as later_cut_off, (l.value ->> 'days_ahead_min')::int as later_days_min
      from jsonb_array_elements($1) with ordinality as p (profile, place)
     cross join lateral (select (p.profile -> 'values') || ledger.profile_values(p.profile ->> 'topic', p.profile ->> 'name', $3::text::date) as value) v
     cross join lateral (select (p.profile -> 'values') || ledger.profile_values(p.profile ->> 'topic', p.profile ->> 'name', $2::text::date) as value) l
), clock as (
    select clock_timestamp() at time zone 'Asia/Tokyo' as at
)
-- The hour counts only where today is today: a day set by hand has none.
select f.code, f.detail,
       case when f.code is null then
           export.moment(least(ledger.bank_hour(b.days_min, b.cut_off, t.day), ledger.bank_hour(b.later_days_min, b.later_cut_off, t.day)))
       end as needed_by
  from bank b
 cross join clock c
 cross join lateral (select ledger.transfer_day($2::text::date, b.on_holiday) as day) t
  left join lateral ledger.transfer_date_fault($2, $3::text::date, c.at::date = $3::text::date and c.at::time > b.cut_off, b.on_holiday,
                                               b.days_min, null, b.cut_off) f on true
 order by b.place
