-- What each profile's bank says of a day on which transfers would be due, were their file made now. $1 the profiles (topic, name, values
-- of their files), $2 the day, $3 today. A day far ahead is none too far: the file can be made later.
with bank as (
    select p.place, v.value ->> 'non_business_day' as on_holiday, (v.value ->> 'cut_off')::time as cut_off,
           (v.value ->> 'days_ahead_min')::int as days_min
      from jsonb_array_elements($1) with ordinality as p (profile, place)
     cross join lateral (select (p.profile -> 'values') || ledger.profile_values(p.profile ->> 'topic', p.profile ->> 'name', $3::text::date) as value) v
), clock as (
    select clock_timestamp() at time zone 'Asia/Tokyo' as at
)
-- The hour counts only where today is today: a day set by hand has none.
select f.code, f.detail,
       case when f.code is null then
           to_char(ledger.bank_hour(b.days_min, b.cut_off, ledger.transfer_day($2::text::date, b.on_holiday)) at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"')
       end as needed_by
  from bank b
 cross join clock c
  left join lateral ledger.transfer_date_fault($2, $3::text::date, c.at::date = $3::text::date and c.at::time > b.cut_off, b.on_holiday,
                                               b.days_min, null, b.cut_off) f on true
 order by b.place
