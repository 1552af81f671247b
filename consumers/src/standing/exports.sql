-- Files that are not at their end: how many in which state, and the age of the oldest since it is in the hands of whoever must act.
select topic, state, count(*),
       greatest(0, extract(epoch from clock_timestamp()
           - min(case state when 'generated' then generated_at when 'approved' then generated_at when 'released' then released_at
                 else ordered_at end)))::bigint
  from export.file
 where state in ('ordered', 'failed', 'generated', 'approved', 'released', 'unknown')
 group by topic, state
