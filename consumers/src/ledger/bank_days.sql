-- What each profile's bank says of a day on which transfers would be due, were their file made now. $1 topic, $2 the profiles (name,
-- values of their files), $3 the day, $4 today.
with bank as (
    select p.place, p.name, v.value ->> 'non_business_day' as on_holiday, (v.value ->> 'cut_off')::time as cut_off,
           (v.value ->> 'days_ahead_min')::int as days_min, (v.value ->> 'days_ahead_max')::int as days_max
      from jsonb_to_recordset($2) with ordinality as p (name text, values jsonb, place bigint)
     cross join lateral (select p.values || ledger.profile_values($1, p.name, $4::text::date) as value) v
), clock as (
    select clock_timestamp() at time zone 'Asia/Tokyo' as at
)
-- The hour counts only where today is today: a day set by hand has none.
select b.name as profile, f.code, f.detail,
       case when f.code is null then
           to_char(ledger.bank_hour(b.days_min, b.cut_off, ledger.transfer_day($3::text::date, b.on_holiday)) at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"')
       end as needed_by
  from bank b
 cross join clock c
  left join lateral ledger.transfer_date_fault($3, $4::text::date, c.at::date = $4::text::date and c.at::time > b.cut_off, b.on_holiday,
                                               b.days_min, b.days_max, b.cut_off) f on true
 order by b.place
