-- Live deliveries of the last week whose control totals differ from hop to hop. The schema refuses most of them; this asks once more.
select t.topic, count(*)
  from unnest($2::text[]) as t (topic)
  join intake.batch b on b.topic = t.topic and b.received_at >= ($1::text::date - 7)::timestamp at time zone 'Asia/Tokyo'
 where b.state in ('posted', 'held', 'awaiting_confirmation')
   and ((b.records_read, b.yen_read) <> (b.records_published, b.yen_published)
     or (b.records_published, b.yen_published) <> (b.records_staged, b.yen_staged)
     or b.state <> 'awaiting_confirmation'
        and (b.records_staged <> b.records_posted + b.records_held + b.records_skipped + b.records_rejected
          or b.yen_staged <> b.yen_posted + b.yen_held + b.yen_skipped + b.yen_rejected))
 group by t.topic
