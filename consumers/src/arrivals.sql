-- For each topic ($1 slug, $2 time of day, $3 timing, $4 first day): the day it is due, whether it has come, and how long is left
-- at $5. What was refused, cancelled or is the same file again has not come.
with asked as (
  select t.topic, t.due, t.timing, greatest(t.starts_on, ($5::text::timestamptz at time zone 'Asia/Tokyo')::date) as from_day
    from unnest($1::text[], $2::text[]::time[], $3::text[], $4::text[]::date[]) t (topic, due, timing, starts_on)
), due as (
  select a.*, d.day, case a.timing when 'daily' then d.day else date_trunc('month', d.day)::date end as period_from
    from asked a cross join lateral (select intake.due_day(a.timing, a.from_day) as day) d
), seen as (
  select d.*, exists (
           select from intake.batch b
            where b.topic = d.topic and b.state in ('received', 'staged', 'awaiting_confirmation', 'posted', 'held')
              and b.received_at >= d.period_from::timestamp at time zone 'Asia/Tokyo' and b.received_at <= $5::text::timestamptz) as arrived
    from due d
)
select s.topic, s.day::text as day, to_char(s.due, 'HH24:MI') as due, s.arrived,
       extract(epoch from ((case when s.arrived then intake.due_day(s.timing, s.day + 1) else s.day end + s.due) at time zone 'Asia/Tokyo')
                          - $5::text::timestamptz)::bigint as left_s
  from seen s
 order by s.topic
