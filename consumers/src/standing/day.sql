-- What came in on a day and what became of it, and what left: records and control totals by topic and hop. By topic, because that
-- is how deliveries and files are indexed; a file is released within a month of the day it is of.
select t.topic, h.hop, h.records::bigint, h.yen::bigint
  from unnest($2::text[]) as t (topic)
 cross join lateral (
        select coalesce(sum(records_read), 0) as records_read, coalesce(sum(yen_read), 0) as yen_read,
               coalesce(sum(records_published), 0) as records_published, coalesce(sum(yen_published), 0) as yen_published,
               coalesce(sum(records_staged), 0) as records_staged, coalesce(sum(yen_staged), 0) as yen_staged,
               coalesce(sum(records_posted), 0) as records_posted, coalesce(sum(yen_posted), 0) as yen_posted,
               coalesce(sum(records_held), 0) as records_held, coalesce(sum(yen_held), 0) as yen_held,
               coalesce(sum(records_skipped), 0) as records_skipped, coalesce(sum(yen_skipped), 0) as yen_skipped,
               -- A file refused before it became records has no rejected ones of its own: all it had was rejected.
               coalesce(sum(case when state = 'rejected' then records_read else records_rejected end), 0) as records_rejected,
               coalesce(sum(case when state = 'rejected' then yen_read else yen_rejected end), 0) as yen_rejected
          from intake.batch b
         where b.topic = t.topic and b.received_at >= $1::text::date::timestamp at time zone 'Asia/Tokyo') i
 cross join lateral (
        select coalesce(sum(records), 0) as records, coalesce(sum(total), 0) as yen
          from export.file f
         where f.topic = t.topic and f.business_date >= $1::text::date - 31
           and f.released_at >= $1::text::date::timestamp at time zone 'Asia/Tokyo'
           and f.state in ('released', 'delivered', 'unknown')) e
 cross join lateral (values
        ('read', i.records_read, i.yen_read), ('published', i.records_published, i.yen_published),
        ('staged', i.records_staged, i.yen_staged), ('posted', i.records_posted, i.yen_posted),
        ('held', i.records_held, i.yen_held), ('skipped', i.records_skipped, i.yen_skipped),
        ('rejected', i.records_rejected, i.yen_rejected), ('exported', e.records, e.yen)) as h (hop, records, yen)
