-- The version that counts of each rule. $1 role, $2 beginning of the code (null: all), $3 rows.
select r.fund, r.key, r.from_year, r.version, r.item, i.name as item_name, r.why, r.made_by,
       to_char(r.made_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as made_at
  from (select distinct on (fund, key, from_year) * from ledger.settlement_rule where role = $1 order by fund, key, from_year, version desc) r
  left join ledger.settlement_item i on (i.role, i.code) = (r.role, r.item)
 where $2::text is null or r.key like replace($2, '%', '') || '%'
 order by r.key, r.fund, r.from_year desc limit $3
