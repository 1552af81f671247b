-- The next messages of a decision about many, oldest first, each with its newest body. Messages somebody else is deciding at this
-- moment are theirs. $1 queue, $2 code, $3 behind this id, $4 up to this one, $5 messages and $6 bytes of bodies at most (one message in any case).
with next as (
    select f.id from intake.failure f
     where f.state = 'open' and f.queue = $1 and f.code = $2 and f.id > $3 and f.id <= $4
     order by f.id limit $5 for update skip locked
), sized as (
    select n.id, coalesce(v.version, 1) as version, sum(coalesce(v.bytes, length(f.body))) over (order by n.id) as bytes,
           row_number() over (order by n.id) as place
      from next n
      join intake.failure f on f.id = n.id
      left join lateral (select v.version, length(v.body) as bytes from intake.failure_version v
                          where v.failure_id = n.id order by v.version desc limit 1) v on true
)
select f.id, f.queue, f.message_id, f.kind, f.app_id, f.reply_to, f.correlation_id, f.headers, s.version,
       coalesce((select v.body from intake.failure_version v where v.failure_id = s.id and v.version = s.version), f.body) as body
  from sized s
  join intake.failure f on f.id = s.id
 where s.place = 1 or s.bytes <= $6
 order by f.id
