-- The life of a batch: the hops of its data and what the audit log tells, each with the time since the one before. $1 batch.
with step as (
    select b.received_at as at, 1 as place, 0::bigint as id, b.sender as actor, 'hop.received' as action, null as reason, '' as source from intake.batch b where b.id = $1
    union all
    -- Of a delivery of one message the two are one.
    select b.created_at, 2, 0, 'consumer', 'hop.opened', null, '' from intake.batch b where b.id = $1 and b.chunks > 1
    union all
    select b.staged_at, 3, 0, 'consumer', 'hop.staged', null, '' from intake.batch b where b.id = $1 and b.staged_at is not null
    union all
    (select e.at, 4, e.id, e.actor, e.action, e.reason, e.source from audit.event e where e.object = 'batch' and e.object_id = $1::text order by e.id limit 200)
)
select to_char(s.at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as at, s.actor, s.action, s.reason, s.source,
       (extract(epoch from s.at - lag(s.at) over (order by s.place, s.id)) * 1000)::bigint as took_ms
  from step s
 order by s.place, s.id
