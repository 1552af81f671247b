-- Files that are not at their end: how many in which state, the age of the oldest since it is in the hands of whoever must act, and the
-- days to the earliest pay date of those that pay on one (a parameter of their profile). What was made to be looked at only waits for nobody.
select topic, state, count(*),
       greatest(0, extract(epoch from clock_timestamp()
           - min(case state when 'generated' then generated_at when 'approved' then generated_at when 'released' then released_at
                 else ordered_at end)))::bigint,
       (min(case when params ->> 'pay_date' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then (params ->> 'pay_date')::date end)
           - $1::text::date)::bigint
  from export.file
 where state in ('ordered', 'failed', 'generated', 'approved', 'released', 'unknown') and not (state = 'generated' and export.is_barred(id))
 group by topic, state
