-- $1 setting, $2 rows; newest first.
select c.key, c.version, c.valid_from, coalesce(c.before, '{}') as before, coalesce(c.after, '{}') as after, c.why, c.made_by,
       to_char(c.made_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as made_at
  from ledger.setting_change c
 where c.setting = $1
 order by c.id desc limit $2
