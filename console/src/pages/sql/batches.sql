-- Batches, newest first. $1 topics one may see (null: all), $2 topic, $3 state, $4 part of a file name, $5 day, $6 before this id, $7 rows,
-- $8 what has this text is looked for above this id only, $9 found by a number already.
select b.id, b.topic, b.file, b.state, b.records_read, b.yen_read, b.records_posted, b.records_held,
       -- A file that is refused as a whole was never cut into records that could be counted as refused.
       case when b.state = 'rejected' and b.faults_total > 0 then b.records_read else b.records_rejected end as records_rejected,
       to_char(b.received_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as received_at
  from intake.batch b
 where ($1::text[] is null or b.topic = any($1))
   and ($2::text is null or b.topic = $2)
   and ($3::text is null or b.state = $3)
   and ($4::text is null or b.id = any($9::bigint[])
        or b.id > $8 and b.file ilike '%' || replace(replace(replace($4, '\', '\\'), '%', '\%'), '_', '\_') || '%')
   and ($5::text is null or (b.received_at >= $5::text::date::timestamp at time zone 'Asia/Tokyo'
        and b.received_at < ($5::text::date + 1)::timestamp at time zone 'Asia/Tokyo'))
   and ($6::bigint is null or b.id < $6)
 order by b.id desc
 limit $7
