-- One example of each fault of the temp table claim, or null. $1 topic, $2 whether the topic is once-only.
-- Aggregates instead of `limit 1`: a limit tempts the planner into nested loops that a sound file pays for in full.
select c.claims, c.incomplete,
       (select min(format('%s %s', object, object_id))
          from (select object, object_id from pg_temp.claim group by object, object_id having count(*) > 1) d) as twice,
       (select min(format('%s %s', c.object, c.object_id))
          from pg_temp.claim c
          join export.claim e on e.topic = $1 and e.object = c.object and e.object_id = c.object_id and e.live
         where $2) as taken
  from (select count(*) as claims,
               min(format('%s %s', coalesce(object::text, '?'), coalesce(object_id::text, '?')))
                   filter (where seq is null or object is null or object_id is null) as incomplete
          from pg_temp.claim) c
