-- One row a topic: what happened last, today and in thirty days, and what waits for a person. $1 slugs, $2 today, $3 names of queues
-- of each topic, in the order of $1, joined by a comma,
-- $4 this moment. Counted is what was taken in: not what was refused, known or taken back. What of it waits (held) is not posted yet.
with days as (
    select generate_series($2::text::date - 29, $2::text::date, interval '1 day')::date as day
), counted as materialized (
    select c.topic, c.day, sum(c.records)::bigint as records, sum(c.yen)::bigint as yen,
           sum(c.records_held)::bigint as records_held, sum(c.yen_held)::bigint as yen_held
      from (select b.topic, (b.received_at at time zone 'Asia/Tokyo')::date as day, b.records_read as records, b.yen_read as yen,
                   b.records_held, b.yen_held
              from intake.batch b
             where b.topic = any($1) and b.received_at >= ($2::text::date - 29)::timestamp at time zone 'Asia/Tokyo'
               and b.state not in ('rejected', 'duplicate', 'cancelled')
            union all
            select f.topic, f.business_date, f.count, f.total, 0, 0
              from export.file f
             where f.topic = any($1) and f.business_date >= $2::text::date - 29 and f.generated_at is not null and f.state <> 'void') c
     group by c.topic, c.day
), waiting as materialized (
    select b.topic, count(*) filter (where b.state = 'awaiting_confirmation') as to_confirm,
           coalesce(sum(b.records_held) filter (where b.state = 'held'), 0)::bigint as held,
           count(*) filter (where b.state in ('received', 'staged')) as under_way
      from intake.batch b where b.state in ('received', 'staged', 'awaiting_confirmation', 'held') group by b.topic
), leaving as materialized (
    -- What was made to be looked at only (a trial) waits for nobody.
    select f.topic, count(*) filter (where f.state in ('generated', 'approved') and not export.is_barred(f.id)) as to_release,
           count(*) filter (where f.state in ('unknown', 'failed', 'refused')) as troubled
      from export.file f
     where f.state in ('generated', 'approved', 'unknown', 'failed', 'refused')
       and (f.state in ('generated', 'approved', 'unknown') or f.business_date >= $2::text::date - 6)
     group by f.topic
), drafted as materialized (
    -- With the topic whose file brought them, or the invoice they pay once more; a few have neither, and stand in the ledger's list alone.
    -- Drafts are among the newest: an index on the state would be touched by every step of every order.
    select b.topic, count(*) as drafts
      from ledger.payment_order p
      left join ledger.invoice v on v.id = p.invoice_id
      join intake.batch b on b.id = coalesce(p.batch_id, v.batch_id)
     where p.state = 'draft' and p.id > (select coalesce(max(id), 0) - 50000 from ledger.payment_order)
     group by b.topic
), tasks as materialized (
    select k.topic, count(*) as tasks, count(*) filter (where k.due_at < $4::text::timestamptz) as late
      from work.task k where k.outcome is null group by k.topic
), failing as materialized (
    select f.queue, count(*) as parked from intake.failure f where f.state = 'open' group by f.queue
)
select t.slug as topic, last_in.id as batch, last_in.state as batch_state, to_char(last_in.at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as batch_at,
       last_out.id as file, last_out.state as file_state, to_char(last_out.at at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') as file_at,
       coalesce(today.records, 0) as records, coalesce(today.yen, 0) as yen,
       coalesce(today.records_held, 0) as records_waiting, coalesce(today.yen_held, 0) as yen_waiting,
       coalesce(w.to_confirm, 0) as to_confirm, coalesce(w.held, 0) as held, coalesce(w.under_way, 0) as under_way,
       coalesce(l.to_release, 0) as to_release, coalesce(l.troubled, 0) as troubled,
       coalesce(p.drafts, 0) as drafts, coalesce(k.tasks, 0) as tasks, coalesce(k.late, 0) as late,
       coalesce((select sum(f.parked)::bigint from failing f where f.queue = any(string_to_array(t.queues, ','))), 0) as parked,
       (select array_agg(coalesce(c.records, 0) order by d.day) from days d left join counted c on c.topic = t.slug and c.day = d.day) as days
  from unnest($1::text[], $3::text[]) with ordinality t (slug, queues, place)
  -- By the days of the topic: whoever takes the newest ids goes through all of them for a topic that has none.
  left join lateral (select b.id, b.state, b.received_at as at from intake.batch b
                      where b.topic = t.slug order by b.received_at desc, b.id desc limit 1) last_in on true
  left join lateral (select f.id, f.state, coalesce(f.delivered_at, f.released_at, f.generated_at, f.ordered_at) as at
                       from export.file f where f.topic = t.slug order by f.business_date desc, f.id desc limit 1) last_out on true
  left join counted today on today.topic = t.slug and today.day = $2::text::date
  left join waiting w on w.topic = t.slug
  left join leaving l on l.topic = t.slug
  left join drafted p on p.topic = t.slug
  left join tasks k on k.topic = t.slug
 order by t.place
