with carried as (
  select coalesce(array_agg(m.batch_id order by m.batch_id), '{}') as batches
    from intake.medium m
   where m.medium = $1 and not exists (select from intake.medium_wipe w where w.medium = m.medium and w.wiped_at >= m.accepted_at)
), wiped as (
  insert into intake.medium_wipe (medium, wiped_by, recorded_by) select $1, $2, $3 from carried where batches <> '{}'
  returning medium, wiped_by
), told as (
  insert into audit.event (actor, action, object, object_id, after)
  select $3, 'medium.wipe', 'medium', w.medium, jsonb_build_object('wiped_by', w.wiped_by, 'batches', c.batches) from wiped w cross join carried c
)
select batches from carried
